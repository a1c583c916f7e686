-- C7 and K6: spend of a document in the cube is the sum of its posted lines; no header charge is lost in being shared out.
with posted as (
    select invoice_key, sum(functional_amount) as posted_amount
    from {{ ref('fct_invoice_line') }}
    where is_posted
    group by invoice_key
),

spend as (
    select invoice_key, sum(spend_net_amount) as spend_amount
    from {{ ref('mart_spend_cube') }}
    group by invoice_key
)

select coalesce(posted.invoice_key, spend.invoice_key) as invoice_key, posted.posted_amount, spend.spend_amount
from posted
full outer join spend on posted.invoice_key = spend.invoice_key
where coalesce(posted.posted_amount, 0) <> coalesce(spend.spend_amount, 0)
