-- C2: by every method, what others bear of an overhead department's ledger cost is all of it.
with methods as (
    select 'DIRECT' as allocation_method
    union all
    select 'STEP_DOWN' as allocation_method
    union all
    select 'RECIPROCAL' as allocation_method
),

borne as (
    select
        allocation_method,
        facility_key,
        period,
        overhead_cost_center_key,
        sum(allocated_amount) as allocated_amount
    from {{ ref('mart_allocation_step') }}
    group by allocation_method, facility_key, period, overhead_cost_center_key
)

select
    methods.allocation_method,
    department.facility_key,
    department.period,
    department.cost_center_key,
    department.cost_amount,
    borne.allocated_amount
from {{ ref('int_cost__department') }} as department
cross join methods
left join borne
    on
        methods.allocation_method = borne.allocation_method
        and department.facility_key = borne.facility_key
        and department.period = borne.period
        and department.cost_center_key = borne.overhead_cost_center_key
where department.cost_role = 'OVERHEAD' and department.cost_amount <> coalesce(borne.allocated_amount, 0)
