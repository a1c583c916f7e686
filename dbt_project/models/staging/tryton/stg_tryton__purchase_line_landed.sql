-- One row per line of a purchase order and version of the order that was landed, the current one included;
-- headings and comments too.
with landed_lines as (
    {{ landed_children(
        source('raw_tryton', 'purchase_line'), source('raw_tryton', 'purchase'),
        ['state', 'supplier_id', 'currency_id', 'number']
    ) }}
)

select
    cast(purchase_id as {{ dbt.type_string() }}) as purchase_id,
    cast(id as {{ dbt.type_string() }}) as purchase_line_id,
    {{ text_value('document__number') }} as purchase_number,
    type as purchase_line_type,
    coalesce(document__state = 'cancelled', false) as is_cancelled,
    cast(document__supplier_id as {{ dbt.type_string() }}) as supplier_id,
    cast(product_id as {{ dbt.type_string() }}) as product_id,
    cast(quantity as decimal(18, 6)) as qty,
    cast(uom_id as {{ dbt.type_string() }}) as uom_id,
    cast(unit_price as decimal(18, 6)) as unit_price,
    cast(amount as decimal(18, 2)) as amount,
    cast(document__currency_id as {{ dbt.type_string() }}) as currency_id,
    version_no,
    next_version_at,
    {{ child_record_columns() }}
from landed_lines
