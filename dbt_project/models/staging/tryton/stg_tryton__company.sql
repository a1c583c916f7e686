-- One row per company: the legal entity that buys; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'company')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as company_id,
    cast(party_id as {{ dbt.type_string() }}) as party_id,
    cast(currency_id as {{ dbt.type_string() }}) as currency_id,
    {{ text_value('timezone') }} as timezone,
    created_at,
    {{ record_columns() }}
from current_records
