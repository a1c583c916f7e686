-- One row per item and organization: each hospital holds every item as its own; current versions only.
with current_records as (
    {{ current_version(source('raw_oracle_fusion', 'item')) }}
)

select
    cast(item_id as {{ dbt.type_string() }}) as item_id,
    organization_code,
    item_number,
    {{ text_value('description') }} as item_description,
    upper({{ text_value('base_uom_code') }}) as base_uom_code,
    status as item_status,
    {{ text_value('item_class') }} as item_class,
    created_at,
    {{ record_columns() }}
from current_records
