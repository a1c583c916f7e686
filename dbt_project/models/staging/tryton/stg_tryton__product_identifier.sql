-- One row per identifier of a product: GTIN, UPC and the like; current versions only.
with current_lines as (
    {{ current_children(source('raw_tryton', 'product_identifier'), ref('stg_tryton__product')) }}
)

select
    _line_no as line_no,
    cast(product_id as {{ dbt.type_string() }}) as product_id,
    cast(id as {{ dbt.type_string() }}) as product_identifier_id,
    type as product_identifier_type,
    {{ text_value('code') }} as product_identifier_code,
    created_at,
    {{ child_record_columns() }}
from current_lines
