-- One row per catalog item; current versions only.
with current_records as (
    {{ current_version(source('raw_procurement', 'item')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as item_id,
    {{ text_value('item_number') }} as item_number,
    {{ text_value('name') }} as item_description,
    is_active,
    upper({{ text_value('uom_code') }}) as uom_code,
    {{ text_value('manufacturer_part_number') }} as manufacturer_part_number,
    {{ text_value('manufacturer_name') }} as manufacturer_name,
    created_at,
    {{ record_columns() }}
from current_records
