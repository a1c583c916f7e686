-- One row per header charge (freight or tax line) and distribution of an item line of the same posted document: its share
-- of the charge in functional currency, by amount, to the cent by the largest remainder. Shares of a charge sum to it.
with posted_lines as (
    select * from {{ ref('fct_invoice_line') }} where is_posted
),

charges as (
    select
        invoice_line_key as charge_line_key,
        invoice_key,
        line_type,
        functional_amount,
        abs({{ whole_units('functional_amount', 2) }}) as charge_cents
    from posted_lines
    where line_type <> 'ITEM'
),

targets as (
    select
        distribution.invoice_distribution_key,
        line.invoice_key,
        abs({{ whole_units('distribution.functional_amount', 2) }}) as amount_cents
    from {{ ref('fct_invoice_distribution') }} as distribution
    inner join posted_lines as line on distribution.invoice_line_key = line.invoice_line_key
    where line.line_type = 'ITEM'
),

target_totals as (
    select
        invoice_key,
        sum(amount_cents) as total_cents,
        count(*) as target_count
    from targets
    group by invoice_key
),

weighted as (
    select
        charges.*,
        targets.invoice_distribution_key,
        -- A document whose items cost nothing shares its charges equally.
        case when target_totals.total_cents = 0 then 1 else targets.amount_cents end as weight,
        case when target_totals.total_cents = 0 then target_totals.target_count else target_totals.total_cents end
            as total_weight
    from charges
    inner join targets on charges.invoice_key = targets.invoice_key
    inner join target_totals on charges.invoice_key = target_totals.invoice_key
),

floored as (
    select
        weighted.*,
        {{ whole_quotient('cast(charge_cents as ' ~ type_whole() ~ ') * weight', 'cast(total_weight as ' ~ type_whole() ~ ')') }}
            as share_cents
    from weighted
),

ranked as (
    select
        floored.*,
        charge_cents - sum(share_cents) over (partition by charge_line_key) as leftover_cents,
        row_number() over (
            partition by charge_line_key
            order by charge_cents * weight - share_cents * total_weight desc, invoice_distribution_key
        ) as remainder_rank
    from floored
)

select
    charge_line_key,
    invoice_distribution_key,
    invoice_key,
    line_type,
    cast(
        sign(functional_amount) * {{ from_whole_units(
            'share_cents + case when remainder_rank <= leftover_cents then 1 else 0 end', 2
        ) }} as decimal(18, 2)
    ) as share_amount
from ranked
