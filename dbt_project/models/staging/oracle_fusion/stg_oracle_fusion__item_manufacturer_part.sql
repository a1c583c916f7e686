-- One row per manufacturer's part number of an item; current versions only.
with current_lines as (
    {{ current_children(source('raw_oracle_fusion', 'item_manufacturer_part'), ref('stg_oracle_fusion__item')) }}
)

select
    _line_no as line_no,
    cast(item_id as {{ dbt.type_string() }}) as item_id,
    organization_code,
    {{ text_value('manufacturer_part_number') }} as manufacturer_part_number,
    {{ text_value('manufacturer') }} as manufacturer,
    {{ child_record_columns() }}
from current_lines
