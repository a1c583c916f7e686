-- C1: for every facility and month, service lines and the three lines that no visit bears are the ledger's expense, to the cent.
with ledger as (
    select
        line.facility_key,
        coalesce({{ period_of('period.start_date') }}, {{ period_of('line.posted_date') }}) as period,
        sum(line.functional_amount) as ledger_amount
    from {{ ref('fct_gl_line') }} as line
    inner join {{ ref('dim_gl_account') }} as account
        on line.gl_account_key = account.gl_account_key and account.account_type = 'EXPENSE'
    left join {{ ref('dim_fiscal_period') }} as period on line.fiscal_period_key = period.fiscal_period_key
    group by line.facility_key, coalesce({{ period_of('period.start_date') }}, {{ period_of('line.posted_date') }})
),

lines as (
    select
        facility_key,
        period,
        sum(cost_total_amount) as cost_amount
    from {{ ref('mart_service_line_cost') }}
    group by facility_key, period
)

select
    coalesce(ledger.facility_key, lines.facility_key) as facility_key,
    coalesce(ledger.period, lines.period) as period,
    ledger.ledger_amount,
    lines.cost_amount
from ledger
full outer join lines on ledger.facility_key = lines.facility_key and ledger.period = lines.period
where coalesce(ledger.ledger_amount, 0) <> coalesce(lines.cost_amount, 0)
