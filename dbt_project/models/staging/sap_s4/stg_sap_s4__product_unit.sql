-- One row per product and unit of measure: how it converts to the base unit; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'product_unit'), ref('stg_sap_s4__product')) }}
)

select
    _line_no as line_no,
    product as item_number,
    uom as uom_code,
    cast(numerator as decimal(18, 6)) as base_qty_numerator,
    cast(denominator as decimal(18, 6)) as base_qty_denominator,
    {{ text_value('gtin') }} as gtin,
    {{ text_value('gtin_category') }} as gtin_category,
    {{ text_value('lower_uom') }} as contained_uom_code,
    {{ text_value('base_uom') }} as base_uom_code,
    {{ child_record_columns() }}
from current_lines
