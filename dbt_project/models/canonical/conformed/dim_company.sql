-- One row per company (legal entity) that buys and keeps a ledger, however many systems name it.
select
    company_key,
    min(company_name) as company_name,
    min(functional_currency_code) as functional_currency_code,
    min(timezone) as timezone,
    min(source_system) as source_system,
    min(source_instance) as source_instance,
    min(source_pk) as source_pk,
    max(source_version_at) as source_version_at,
    min(first_loaded_at) as first_loaded_at,
    max(last_loaded_at) as last_loaded_at,
    max(load_id) as load_id
from {{ ref('xref_company') }}
group by company_key
