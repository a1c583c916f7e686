-- One row per product variant and version of it that was landed, from when to when it held; the current one included.
with landed_records as (
    {{ landed_versions(source('raw_tryton', 'product')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as product_id,
    cast(template_id as {{ dbt.type_string() }}) as template_id,
    active as is_active,
    valid_from_at,
    valid_to_at,
    {{ record_columns() }}
from landed_records
