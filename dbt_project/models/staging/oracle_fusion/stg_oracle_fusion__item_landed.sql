-- One row per item and organization and version of it that was landed, from when to when it held; the current one included.
with landed_records as (
    {{ landed_versions(source('raw_oracle_fusion', 'item')) }}
)

select
    cast(item_id as {{ dbt.type_string() }}) as item_id,
    organization_code,
    {{ text_value('description') }} as item_description,
    status as item_status,
    {{ text_value('item_class') }} as item_class,
    created_at,
    valid_from_at,
    valid_to_at,
    {{ record_columns() }}
from landed_records
