-- One row per unit of an item that is not its base unit; current versions only.
with current_lines as (
    {{ current_children(source('raw_oracle_fusion', 'item_unit_conversion'), ref('stg_oracle_fusion__item')) }}
)

select
    _line_no as line_no,
    cast(item_id as {{ dbt.type_string() }}) as item_id,
    organization_code,
    upper({{ text_value('uom_code') }}) as uom_code,
    upper({{ text_value('base_uom_code') }}) as base_uom_code,
    cast(base_qty as decimal(18, 6)) as base_qty,
    {{ child_record_columns() }}
from current_lines
