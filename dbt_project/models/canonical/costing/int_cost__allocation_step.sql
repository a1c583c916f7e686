{{ config(unit=['facility_key', 'period']) }}
-- One row per method, facility, month, overhead department and department that bears part of its cost: the sheet that a
-- controller works by hand. What stands at a department when it closes (its own cost and what came to it) goes to those whom
-- it serves by their part of its statistic: `step_amount`, to a millionth, so that no cent is rounded on the way. What comes of
-- the department's own ledger cost to each department that is no overhead is rounded once, to cents that sum to it:
-- `allocated_amount`, of which the cost of visits is made.
with shares as (
    select
        share.*,
        giver.closing_order,
        giver.cost_amount as own_amount,
        giver.currency_code
    from {{ ref('stg_costing__allocation_share') }} as share
    inner join {{ ref('int_cost__department') }} as giver
        on
            share.facility_key = giver.facility_key
            and share.period = giver.period
            and share.overhead_cost_center_key = giver.cost_center_key
),

came as (
    select
        allocation_method,
        facility_key,
        period,
        receiving_cost_center_key as cost_center_key,
        sum(cast(round(own_amount * reach_share, 6) as decimal(18, 6))) as received_amount
    from shares
    where is_receiver_overhead
    group by allocation_method, facility_key, period, receiving_cost_center_key
),

standing as (
    select
        shares.*,
        cast(shares.own_amount + coalesce(came.received_amount, 0) as decimal(18, 6)) as standing_amount
    from shares
    left join came
        on
            shares.allocation_method = came.allocation_method
            and shares.facility_key = came.facility_key
            and shares.period = came.period
            and shares.overhead_cost_center_key = came.cost_center_key
)

select
    standing.allocation_method,
    standing.facility_key,
    standing.period,
    standing.closing_order,
    standing.overhead_cost_center_key,
    standing.receiving_cost_center_key,
    standing.is_receiver_overhead,
    standing.statistic_code,
    standing.statistic_qty,
    standing.own_amount,
    standing.standing_amount,
    standing.step_share,
    cast(round(cast(standing.standing_amount as decimal(20, 6)) * standing.step_share, 6) as decimal(18, 6)) as step_amount,
    standing.reach_share,
    coalesce(overhead.allocated_amount, cast(0 as decimal(18, 2))) as allocated_amount,
    standing.currency_code
from standing
left join {{ ref('int_cost__overhead') }} as overhead
    on
        standing.allocation_method = overhead.allocation_method
        and standing.facility_key = overhead.facility_key
        and standing.period = overhead.period
        and standing.overhead_cost_center_key = overhead.overhead_cost_center_key
        and standing.receiving_cost_center_key = overhead.receiving_cost_center_key
