-- One row per product category, accounting categories included; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'product_category')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as product_category_id,
    {{ text_value('name') }} as product_category_name,
    cast(parent_id as {{ dbt.type_string() }}) as parent_id,
    is_accounting,
    created_at,
    {{ record_columns() }}
from current_records
