-- One row per product and language: its description; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'product_description'), ref('stg_sap_s4__product')) }}
)

select
    _line_no as line_no,
    product as item_number,
    language as language_code,
    {{ text_value('description') }} as item_description,
    {{ child_record_columns() }}
from current_lines
