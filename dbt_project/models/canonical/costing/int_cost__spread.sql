{{ config(unit=['facility_key', 'period']) }}
-- One row per facility, month, department and kind of cost after tracing and allocation, and where it goes: what was traced to
-- encounters is taken out of the department's pool first, so that nothing counts twice; what is left is spread over the
-- visits that the department served. What was traced beyond the pool is a variance: shown, never clipped.
with entries as (
    select
        facility_key,
        period,
        cost_center_key,
        cost_component,
        pool_amount,
        cast(0 as decimal(18, 2)) as traced_amount
    from {{ ref('int_cost__pool') }}
    union all
    select
        facility_key,
        period,
        cost_center_key,
        cost_component,
        cast(0 as decimal(18, 2)) as pool_amount,
        traced_amount
    from {{ ref('int_cost__traced_line') }}
    union all
    select
        overhead.facility_key,
        overhead.period,
        overhead.receiving_cost_center_key as cost_center_key,
        'OVERHEAD' as cost_component,
        overhead.allocated_amount as pool_amount,
        cast(0 as decimal(18, 2)) as traced_amount
    from {{ ref('int_cost__overhead') }} as overhead
    inner join {{ ref('cfg_cost_policy') }} as policy
        on
            overhead.allocation_method = policy.allocation_method
            and cast(overhead.period || '-01' as date) >= policy.valid_from
            and cast(overhead.period || '-01' as date) < policy.valid_to
),

pools as (
    select
        facility_key,
        period,
        cost_center_key,
        cost_component,
        cast(sum(pool_amount) as decimal(18, 2)) as pool_amount,
        cast(sum(traced_amount) as decimal(18, 2)) as traced_amount
    from entries
    group by facility_key, period, cost_center_key, cost_component
)

select
    pool.facility_key,
    pool.period,
    pool.cost_center_key,
    department.cost_role,
    pool.cost_component,
    pool.pool_amount,
    pool.traced_amount,
    cast(pool.pool_amount - pool.traced_amount as decimal(18, 2)) as left_amount,
    case
        when department.cost_role <> 'PATIENT' then department.cost_role
        when pool.traced_amount > 0 and pool.pool_amount < pool.traced_amount then 'COST_VARIANCE'
        when way.costing_method is null then 'UNASSIGNED'
        else 'ENCOUNTER'
    end as destination,
    way.costing_method,
    way.activity_measure,
    way.activity_code,
    way.activity_scope,
    way.measure_place,
    department.cms_line,
    department.currency_code
from pools as pool
inner join {{ ref('int_cost__department') }} as department
    on
        pool.facility_key = department.facility_key
        and pool.period = department.period
        and pool.cost_center_key = department.cost_center_key
left join {{ ref('int_cost__method') }} as way
    on
        pool.facility_key = way.facility_key
        and pool.period = way.period
        and pool.cost_center_key = way.cost_center_key
-- An overhead department's own cost is in the departments that bear it.
where department.cost_role <> 'OVERHEAD'
