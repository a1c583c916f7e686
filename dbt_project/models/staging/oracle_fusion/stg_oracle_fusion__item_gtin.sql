-- One row per trade item number of an item and unit; current versions only.
with current_lines as (
    {{ current_children(source('raw_oracle_fusion', 'item_gtin'), ref('stg_oracle_fusion__item')) }}
)

select
    _line_no as line_no,
    cast(item_id as {{ dbt.type_string() }}) as item_id,
    organization_code,
    upper({{ text_value('uom_code') }}) as uom_code,
    gtin,
    {{ child_record_columns() }}
from current_lines
