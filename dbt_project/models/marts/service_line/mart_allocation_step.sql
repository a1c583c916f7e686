-- One row per method, facility, month, overhead department and department that bears part of its cost: every step of the
-- allocation as a controller works it by hand, by all three methods. Days of patients are a statistic too, and can be worked
-- out of any share that they are part of: departments of a month with so few that they may not be shown are one row, POOLED.
with few_patients as (
    select distinct
        allocation_method,
        facility_key,
        period,
        receiving_cost_center_key
    from (
        select
            step.*,
            {{ is_small_cell(
                'statistic_qty', ['allocation_method', 'facility_key', 'period', 'overhead_cost_center_key'],
                ['receiving_cost_center_key']
            ) }} as is_small
        from {{ ref('int_cost__allocation_step') }} as step
        where statistic_code = '{{ var('statistic_of_patients') }}'
    ) as judged
    where is_small
),

shown as (
    select
        step.*,
        case when few_patients.facility_key is null then step.receiving_cost_center_key else 'POOLED' end
            as shown_cost_center_key
    from {{ ref('int_cost__allocation_step') }} as step
    left join few_patients
        on
            step.allocation_method = few_patients.allocation_method
            and step.facility_key = few_patients.facility_key
            and step.period = few_patients.period
            and case when not step.is_receiver_overhead then step.receiving_cost_center_key end
            = few_patients.receiving_cost_center_key
),

summed as (
    select
        allocation_method,
        facility_key,
        period,
        closing_order,
        overhead_cost_center_key,
        shown_cost_center_key,
        is_receiver_overhead,
        statistic_code,
        sum(statistic_qty) as statistic_qty,
        own_amount,
        standing_amount,
        sum(step_share) as step_share,
        sum(step_amount) as step_amount,
        sum(reach_share) as reach_share,
        sum(allocated_amount) as allocated_amount,
        currency_code
    from shown
    group by
        allocation_method,
        facility_key,
        period,
        closing_order,
        overhead_cost_center_key,
        shown_cost_center_key,
        is_receiver_overhead,
        statistic_code,
        own_amount,
        standing_amount,
        currency_code
)

select
    step.allocation_method,
    coalesce(policy.policy_version is not null, false) as is_method_in_use,
    step.facility_key,
    step.period,
    step.closing_order,
    step.overhead_cost_center_key,
    giver.cost_center_code as overhead_cost_center_code,
    giver.cost_center_name as overhead_cost_center_name,
    step.shown_cost_center_key as receiving_cost_center_key,
    receiver.cost_center_code as receiving_cost_center_code,
    receiver.cost_center_name as receiving_cost_center_name,
    step.is_receiver_overhead,
    step.statistic_code,
    cast(
        case
            when
                step.statistic_code <> '{{ var('statistic_of_patients') }}'
                or step.statistic_qty = 0
                or step.statistic_qty >= {{ var('smallest_cell') }}
                then step.statistic_qty
        end as decimal(38, 6)
    ) as statistic_qty,
    step.own_amount,
    step.standing_amount,
    cast(step.step_share as decimal(24, 18)) as step_share,
    cast(step.step_amount as decimal(18, 6)) as step_amount,
    cast(step.reach_share as decimal(24, 18)) as reach_share,
    cast(step.allocated_amount as decimal(18, 2)) as allocated_amount,
    step.currency_code
from summed as step
inner join {{ ref('dim_cost_center') }} as giver on step.overhead_cost_center_key = giver.cost_center_key
left join {{ ref('dim_cost_center') }} as receiver on step.shown_cost_center_key = receiver.cost_center_key
left join {{ ref('cfg_cost_policy') }} as policy
    on
        step.allocation_method = policy.allocation_method
        and cast(step.period || '-01' as date) >= policy.valid_from
        and cast(step.period || '-01' as date) < policy.valid_to
