-- One row per tax; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'tax')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as tax_id,
    {{ text_value('name') }} as tax_name,
    type as tax_type,
    cast(rate as decimal(30, 12)) as rate,
    cast(amount as decimal(18, 6)) as amount,
    created_at,
    {{ record_columns() }}
from current_records
