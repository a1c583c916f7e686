-- One row per line of a purchase order, headings and comments included; current versions only.
with current_lines as (
    {{ current_children(source('raw_tryton', 'purchase_line'), ref('stg_tryton__purchase')) }}
)

select
    _line_no as line_no,
    cast(purchase_id as {{ dbt.type_string() }}) as purchase_id,
    cast(id as {{ dbt.type_string() }}) as purchase_line_id,
    sequence,
    type as purchase_line_type,
    cast(product_id as {{ dbt.type_string() }}) as product_id,
    cast(product_supplier_id as {{ dbt.type_string() }}) as product_supplier_id,
    {{ text_value('description') }} as purchase_line_description,
    cast(quantity as decimal(18, 6)) as qty,
    cast(uom_id as {{ dbt.type_string() }}) as uom_id,
    cast(unit_price as decimal(18, 6)) as unit_price,
    cast(amount as decimal(18, 2)) as amount,
    delivery_date,
    created_at,
    {{ child_record_columns() }}
from current_lines
