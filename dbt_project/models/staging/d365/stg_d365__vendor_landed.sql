-- One row per vendor account and version of it that was landed, from when to when it held; the current one included.
with landed_records as (
    {{ landed_versions(source('raw_d365', 'vendor')) }}
)

select
    company_code,
    supplier_number as supplier_id,
    {{ text_value('name') }} as supplier_name,
    is_locked = 'Yes' as is_locked,
    valid_from_at,
    valid_to_at,
    {{ record_columns() }}
from landed_records
