{{ config(unit=['facility_key', 'period']) }}
-- One row per facility, month, cost center and kind of cost: what the ledger posted as expense. Revenue and the balance sheet
-- are out of scope; an expense is never left out for want of a class, a cost center or a facility.
with expenses as (
    select
        line.facility_key,
        coalesce({{ period_of('period.start_date') }}, {{ period_of('line.posted_date') }}) as period,
        line.cost_center_key,
        coalesce(component.cost_component, 'OTHER_DIRECT') as cost_component,
        line.functional_currency_code as currency_code,
        line.functional_amount
    from {{ ref('fct_gl_line') }} as line
    inner join {{ ref('dim_gl_account') }} as account
        on line.gl_account_key = account.gl_account_key and account.account_type = 'EXPENSE'
    left join {{ ref('map_expense_component') }} as component on account.expense_class = component.expense_class
    left join {{ ref('dim_fiscal_period') }} as period on line.fiscal_period_key = period.fiscal_period_key
)

select
    facility_key,
    period,
    cost_center_key,
    cost_component,
    currency_code,
    cast(sum(functional_amount) as decimal(18, 2)) as ledger_amount
from expenses
group by facility_key, period, cost_center_key, cost_component, currency_code
