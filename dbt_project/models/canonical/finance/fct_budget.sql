{{ config(unit=['source_pk']) }}
-- One row per budget version, cost center, account and period. Amounts are signed as the ledger is: expense positive,
-- revenue negative.
with budget_lines as (
    {{ united('budget_line') }}
)

select
    {{ surrogate_key(['line.source_instance', 'line.source_pk']) }} as budget_line_key,
    line.budget_version,
    line.scenario,
    coalesce(company.company_key, {{ unknown_key() }}) as company_key,
    coalesce(period.fiscal_period_key, {{ unknown_key() }}) as fiscal_period_key,
    coalesce(account.gl_account_key, {{ unknown_key() }}) as gl_account_key,
    coalesce(cost_center.cost_center_key, {{ unknown_key() }}) as cost_center_key,
    coalesce(department.facility_code, {{ unknown_key() }}) as facility_key,
    line.period_start_date,
    line.budget_amount,
    company.functional_currency_code,
    line.statistic_code,
    line.source_system,
    line.source_instance,
    line.source_pk,
    {{ audit_columns('line') }}
from budget_lines as line
left join {{ ref('xref_company') }} as company
    on line.source_instance = company.source_instance and line.company_source_key = company.company_source_key
left join {{ ref('dim_fiscal_period') }} as period
    on
        company.company_key = period.company_key
        and line.period_start_date = period.start_date
        and not period.is_adjustment
{{ ledger_joins('line', 'account', 'cost_center') }}
left join {{ ref('dim_cost_center') }} as department on cost_center.cost_center_key = department.cost_center_key
