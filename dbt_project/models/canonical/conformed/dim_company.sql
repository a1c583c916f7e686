-- One row per company (legal entity) that buys and keeps a ledger.
select
    {{ surrogate_key(['company.source_instance', 'company.company_id']) }} as company_key,
    party.party_name as company_name,
    currency.currency_code as functional_currency_code,
    coalesce(company.timezone, 'UTC') as timezone,
    cast('tryton' as {{ dbt.type_string() }}) as source_system,
    company.source_instance,
    company.company_id as source_pk,
    {{ audit_columns('company') }}
from {{ ref('stg_tryton__company') }} as company
left join {{ ref('stg_tryton__party') }} as party
    on company.source_instance = party.source_instance and company.party_id = party.party_id
left join {{ ref('stg_tryton__currency') }} as currency
    on company.source_instance = currency.source_instance and company.currency_id = currency.currency_id
