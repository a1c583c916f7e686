-- One row per code that a source instance has for a company (legal entity). Tryton describes its companies; other systems
-- only name them, and `map_company` says who they are.
select
    source_system,
    source_instance,
    company_source_key,
    company_key,
    company_name,
    functional_currency_code,
    timezone,
    company_source_key as source_pk,
    {{ audit_columns('company') }}
from {{ ref('int_tryton__company') }} as company
union all
select
    cast('map_company' as {{ dbt.type_string() }}) as source_system,
    source_instance,
    source_code as company_source_key,
    {{ surrogate_key(["'company'", 'company_code']) }} as company_key,
    company_name,
    functional_currency_code,
    timezone,
    source_code as source_pk,
    {{ no_audit_columns() }}
from {{ ref('map_company') }}
