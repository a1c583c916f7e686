-- One row per line of a requisition; current versions only.
with current_lines as (
    {{ current_children(source('raw_tryton', 'requisition_line'), ref('stg_tryton__requisition')) }}
)

select
    _line_no as line_no,
    cast(requisition_id as {{ dbt.type_string() }}) as requisition_id,
    cast(id as {{ dbt.type_string() }}) as requisition_line_id,
    cast(supplier_id as {{ dbt.type_string() }}) as supplier_id,
    cast(product_id as {{ dbt.type_string() }}) as product_id,
    {{ text_value('description') }} as requisition_line_description,
    cast(quantity as decimal(18, 6)) as qty,
    cast(uom_id as {{ dbt.type_string() }}) as uom_id,
    cast(unit_price as decimal(18, 6)) as unit_price,
    created_at,
    {{ child_record_columns() }}
from current_lines
