-- Charges of all service lines are the charges posted, and what counts as remitted is what payers and patients paid, to the cent.
with told as (
    select
        coalesce(sum(gross_charge_amount), 0) as gross_charge_amount,
        coalesce(sum(net_revenue_remitted_amount), 0) as remitted_amount
    from {{ ref('mart_service_line_cost') }}
),

charged as (
    select coalesce(sum(amount), 0) as gross_charge_amount
    from {{ ref('fct_charge_line') }}
    where is_billable
),

paid as (
    select coalesce(sum(paid_amount), 0) as remitted_amount
    from {{ ref('fct_claim_payment') }}
)

select
    told.gross_charge_amount,
    charged.gross_charge_amount as charged_amount,
    told.remitted_amount,
    paid.remitted_amount as paid_amount
from told
cross join charged
cross join paid
where told.gross_charge_amount <> charged.gross_charge_amount or told.remitted_amount <> paid.remitted_amount
