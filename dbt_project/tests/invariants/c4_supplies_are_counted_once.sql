-- C4: supplies, implants and drugs of a facility and month stand in service lines, or in overhead that is allocated, once:
-- together they are what the ledger posted of the kind.
with counted as (
    select
        facility_key,
        period,
        cost_component,
        cost_amount
    from {{ ref('int_cost__service_line') }}
    union all
    select
        pool.facility_key,
        pool.period,
        pool.cost_component,
        pool.pool_amount as cost_amount
    from {{ ref('int_cost__pool') }} as pool
    inner join {{ ref('int_cost__department') }} as department
        on
            pool.facility_key = department.facility_key
            and pool.period = department.period
            and pool.cost_center_key = department.cost_center_key
            and department.cost_role = 'OVERHEAD'
    union all
    select
        facility_key,
        period,
        cost_component,
        -ledger_amount as cost_amount
    from {{ ref('int_cost__ledger') }}
)

select
    facility_key,
    period,
    cost_component,
    sum(cost_amount) as difference_amount
from counted
where cost_component in ('SUPPLY_DIRECT', 'IMPLANT', 'DRUG')
group by facility_key, period, cost_component
having sum(cost_amount) <> 0
