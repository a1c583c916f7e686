-- C2: every overhead department passes on its own cost and what came to it, no more and no less. Steps count millionths, so
-- that what is left of all of them together stays far below half a cent.
with entries as (
    select
        allocation_method,
        facility_key,
        period,
        overhead_cost_center_key as cost_center_key,
        min(own_amount) as own_amount,
        cast(0 as decimal(18, 6)) as came_amount,
        sum(step_amount) as went_amount
    from {{ ref('mart_allocation_step') }}
    group by allocation_method, facility_key, period, overhead_cost_center_key
    union all
    select
        allocation_method,
        facility_key,
        period,
        receiving_cost_center_key as cost_center_key,
        cast(0 as decimal(18, 2)) as own_amount,
        sum(step_amount) as came_amount,
        cast(0 as decimal(18, 6)) as went_amount
    from {{ ref('mart_allocation_step') }}
    where is_receiver_overhead
    group by allocation_method, facility_key, period, receiving_cost_center_key
)

select
    allocation_method,
    facility_key,
    period,
    cost_center_key,
    sum(own_amount) + sum(came_amount) - sum(went_amount) as left_amount
from entries
group by allocation_method, facility_key, period, cost_center_key
having abs(sum(own_amount) + sum(came_amount) - sum(went_amount)) >= 0.005
