-- One row per company and month: what was received and what was billed at the order's price, against what the ledger posted to
-- its account of goods received and not invoiced. Only companies whose orders are read. `is_own_ledger`: the same system keeps
-- orders and ledger, so that both must agree to the cent; where the books are a file of another origin, they may hold what an
-- earlier system bought.
with bought as (
    select
        line.company_key,
        balance.period,
        min(line.source_instance) as source_instance,
        sum(balance.received_amount) as received_amount,
        sum(balance.invoiced_amount) as invoiced_amount
    from {{ ref('int_grir__balance') }} as balance
    inner join {{ ref('fct_po_line') }} as line on balance.po_line_key = line.po_line_key
    group by line.company_key, balance.period
),

posted as (
    select
        gl_line.company_key,
        {{ period_of('gl_line.posted_date') }} as period,
        min(gl_line.source_instance) as ledger_instance,
        min(gl_line.functional_currency_code) as functional_currency_code,
        -sum(gl_line.functional_amount) as ledger_amount
    from {{ ref('fct_gl_line') }} as gl_line
    inner join {{ ref('dim_gl_account') }} as account on gl_line.gl_account_key = account.gl_account_key and account.is_grir
    group by gl_line.company_key, {{ period_of('gl_line.posted_date') }}
)

select
    coalesce(bought.company_key, posted.company_key) as company_key,
    coalesce(bought.period, posted.period) as period,
    coalesce(bought.source_instance = posted.ledger_instance, false) as is_own_ledger,
    cast(coalesce(bought.received_amount, 0) as decimal(18, 2)) as received_amount,
    cast(coalesce(bought.invoiced_amount, 0) as decimal(18, 2)) as invoiced_amount,
    cast(coalesce(bought.received_amount, 0) - coalesce(bought.invoiced_amount, 0) as decimal(18, 2)) as grir_amount,
    cast(coalesce(posted.ledger_amount, 0) as decimal(18, 2)) as ledger_amount,
    cast(
        coalesce(bought.received_amount, 0) - coalesce(bought.invoiced_amount, 0) - coalesce(posted.ledger_amount, 0)
        as decimal(18, 2)
    ) as difference_amount,
    posted.functional_currency_code,
    bought.source_instance
from bought
full outer join posted on bought.company_key = posted.company_key and bought.period = posted.period
where coalesce(bought.company_key, posted.company_key) in (select known.company_key from bought as known)
