-- One row per account assignment of a requisition item; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'requisition_account_assignment'), ref('stg_sap_s4__requisition_item')) }}
)

select
    _line_no as line_no,
    requisition as requisition_number,
    item as requisition_line_number,
    assignment as account_assignment_number,
    {{ text_value('gl_account') }} as gl_account_number,
    {{ text_value('cost_center') }} as cost_center_code,
    cast(qty as decimal(18, 6)) as qty,
    {{ child_record_columns() }}
from current_lines
