-- One row per product, unit of measure and bar code number; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'product_unit_gtin'), ref('stg_sap_s4__product')) }}
)

select
    _line_no as line_no,
    product as item_number,
    uom as uom_code,
    consecutive_number as gtin_position,
    {{ text_value('standard_id') }} as gtin,
    {{ text_value('standard_id_category') }} as gtin_category,
    is_main as is_main_gtin,
    {{ child_record_columns() }}
from current_lines
