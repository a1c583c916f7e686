-- One row per supplier's offer of a product (or template); current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'product_supplier')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as product_supplier_id,
    cast(product_id as {{ dbt.type_string() }}) as product_id,
    cast(template_id as {{ dbt.type_string() }}) as template_id,
    cast(supplier_id as {{ dbt.type_string() }}) as supplier_id,
    {{ text_value('code') }} as product_supplier_code,
    {{ text_value('name') }} as product_supplier_name,
    cast(uom_id as {{ dbt.type_string() }}) as uom_id,
    cast(currency_id as {{ dbt.type_string() }}) as currency_id,
    created_at,
    {{ record_columns() }}
from current_records
