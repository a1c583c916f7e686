-- One row per lot of a product; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'lot')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as lot_id,
    {{ text_value('number') }} as lot_number,
    cast(product_id as {{ dbt.type_string() }}) as product_id,
    created_at,
    {{ record_columns() }}
from current_records
