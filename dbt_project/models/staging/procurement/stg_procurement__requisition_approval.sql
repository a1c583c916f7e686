-- One row per step of approval of a requisition; current versions only.
with current_lines as (
    {{ current_children(source('raw_procurement', 'requisition_approval'), ref('stg_procurement__requisition')) }}
)

select
    _line_no as line_no,
    cast(requisition_id as {{ dbt.type_string() }}) as requisition_id,
    step as approval_step,
    approver_key,
    status as approval_status,
    approved_at as decided_at,
    {{ child_record_columns() }}
from current_lines
