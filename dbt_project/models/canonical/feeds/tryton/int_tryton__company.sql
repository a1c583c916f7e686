-- One row per company of Tryton.
select
    {{ feed_origin('tryton', 'company.source_instance') }},
    cast(company.company_id as {{ dbt.type_string() }}) as company_source_key,
    {{ surrogate_key(['company.source_instance', 'company.company_id']) }} as company_key,
    party.party_name as company_name,
    currency.currency_code as functional_currency_code,
    coalesce(company.timezone, 'UTC') as timezone,
    {{ audit_columns('company') }}
from {{ ref('stg_tryton__company') }} as company
left join {{ ref('stg_tryton__party') }} as party
    on company.source_instance = party.source_instance and company.party_id = party.party_id
left join {{ ref('stg_tryton__currency') }} as currency
    on company.source_instance = currency.source_instance and company.currency_id = currency.currency_id
