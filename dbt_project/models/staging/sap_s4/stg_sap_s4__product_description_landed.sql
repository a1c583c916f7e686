-- One row per product, language and version of the product that was landed: its description.
with landed_lines as (
    {{ current_children(source('raw_sap_s4', 'product_description'), ref('stg_sap_s4__product_landed')) }}
)

select
    _parent_row_key as product_row_key,
    product as item_number,
    language as language_code,
    {{ text_value('description') }} as item_description,
    {{ child_record_columns() }}
from landed_lines
