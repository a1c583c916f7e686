-- C3: by department and kind of cost, what encounters bear is what was traced to them and what was spread over them.
with spread as (
    select
        facility_key,
        period,
        cost_center_key,
        cost_component,
        traced_amount + case when destination = 'ENCOUNTER' then left_amount else 0 end as department_amount
    from {{ ref('int_cost__spread') }}
),

borne as (
    select
        facility_key,
        period,
        cost_center_key,
        cost_component,
        sum(cost_amount) as encounter_amount
    from {{ ref('mart_encounter_cost') }}
    where costing_method <> 'NONE'
    group by facility_key, period, cost_center_key, cost_component
)

select
    coalesce(spread.facility_key, borne.facility_key) as facility_key,
    coalesce(spread.period, borne.period) as period,
    coalesce(spread.cost_center_key, borne.cost_center_key) as cost_center_key,
    coalesce(spread.cost_component, borne.cost_component) as cost_component,
    spread.department_amount,
    borne.encounter_amount
from spread
full outer join borne
    on
        spread.facility_key = borne.facility_key
        and spread.period = borne.period
        and spread.cost_center_key = borne.cost_center_key
        and spread.cost_component = borne.cost_component
where coalesce(spread.department_amount, 0) <> coalesce(borne.encounter_amount, 0)
