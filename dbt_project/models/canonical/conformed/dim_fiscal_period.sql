-- One row per accounting period of a company, adjustment periods apart.
select
    {{ surrogate_key(['period.source_instance', 'period.period_id']) }} as fiscal_period_key,
    {{ surrogate_key(['fiscal_year.source_instance', 'fiscal_year.company_id']) }} as company_key,
    period.period_name,
    fiscal_year.fiscal_year_name,
    period.start_date,
    period.end_date,
    period.period_type = 'adjustment' as is_adjustment,
    period.period_state <> 'open' as is_closed,
    cast('tryton' as {{ dbt.type_string() }}) as source_system,
    period.source_instance,
    period.period_id as source_pk,
    {{ audit_columns('period') }}
from {{ ref('stg_tryton__period') }} as period
inner join {{ ref('stg_tryton__fiscal_year') }} as fiscal_year
    on period.source_instance = fiscal_year.source_instance and period.fiscal_year_id = fiscal_year.fiscal_year_id
