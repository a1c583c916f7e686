-- C5: what statistics say changes splits only, never totals, and in what unit they count changes nothing: of every overhead
-- department the shares of a step are those of its statistic, to the last of their eighteen digits, and sum to one, and so do
-- the shares of its own cost that come to departments that are no overhead.
with givers as (
    select
        share.*,
        sum(statistic_qty) over (
            partition by allocation_method, facility_key, period, overhead_cost_center_key
        ) as giver_qty
    from {{ ref('stg_costing__allocation_share') }} as share
)

select
    allocation_method,
    facility_key,
    period,
    overhead_cost_center_key,
    sum(step_share) as step_share,
    sum(case when is_receiver_overhead then 0 else reach_share end) as reach_share
from givers
group by allocation_method, facility_key, period, overhead_cost_center_key
having
    sum(step_share) <> 1
    or sum(case when is_receiver_overhead then 0 else reach_share end) <> 1
    or max(abs(step_share - {{ div_exact('statistic_qty', 'giver_qty', 18) }})) > cast(0.000000000000000001 as decimal(24, 18))
