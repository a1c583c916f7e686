-- One row per requisition; current versions only.
with current_records as (
    {{ current_version(source('raw_procurement', 'requisition')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as requisition_id,
    status as requisition_status,
    requested_by_key,
    {{ text_value('department_code') }} as facility_code,
    submitted_at,
    created_at,
    {{ record_columns() }}
from current_records
