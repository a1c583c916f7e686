-- One row per product template and version of it that was landed, from when to when it held; the current one included.
with landed_records as (
    {{ landed_versions(source('raw_tryton', 'product_template')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as product_template_id,
    {{ text_value('name') }} as product_template_name,
    type as product_template_type,
    cast(account_category_id as {{ dbt.type_string() }}) as account_category_id,
    valid_from_at,
    valid_to_at,
    {{ record_columns() }}
from landed_records
