-- One row per method, facility, month, overhead department and department that bears part of its cost: every step of the
-- allocation as a controller works it by hand, by all three methods.
select
    step.allocation_method,
    coalesce(policy.policy_version is not null, false) as is_method_in_use,
    step.facility_key,
    step.period,
    step.closing_order,
    step.overhead_cost_center_key,
    giver.cost_center_code as overhead_cost_center_code,
    giver.cost_center_name as overhead_cost_center_name,
    step.receiving_cost_center_key,
    receiver.cost_center_code as receiving_cost_center_code,
    receiver.cost_center_name as receiving_cost_center_name,
    step.is_receiver_overhead,
    step.statistic_code,
    step.statistic_qty,
    step.own_amount,
    step.standing_amount,
    step.step_share,
    step.step_amount,
    step.reach_share,
    step.allocated_amount,
    step.currency_code
from {{ ref('int_cost__allocation_step') }} as step
inner join {{ ref('dim_cost_center') }} as giver on step.overhead_cost_center_key = giver.cost_center_key
inner join {{ ref('dim_cost_center') }} as receiver on step.receiving_cost_center_key = receiver.cost_center_key
left join {{ ref('cfg_cost_policy') }} as policy
    on
        step.allocation_method = policy.allocation_method
        and cast(step.period || '-01' as date) >= policy.valid_from
        and cast(step.period || '-01' as date) < policy.valid_to
