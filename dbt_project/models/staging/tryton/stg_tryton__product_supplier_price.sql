-- One row per price break of a supplier's offer; current versions only.
with current_lines as (
    {{ current_children(source('raw_tryton', 'product_supplier_price'), ref('stg_tryton__product_supplier')) }}
)

select
    _line_no as line_no,
    cast(product_supplier_id as {{ dbt.type_string() }}) as product_supplier_id,
    cast(id as {{ dbt.type_string() }}) as product_supplier_price_id,
    cast(quantity as decimal(18, 6)) as qty,
    cast(unit_price as decimal(18, 6)) as unit_price,
    created_at,
    {{ child_record_columns() }}
from current_lines
