{{ config(schema='restricted', unit=['facility_key', 'period']) }}
-- One row per encounter, month, department, kind of cost and method that bears any: ACTUAL is traced to it; the rest is its part
-- of the department's cost, by the activity of the method.
with weighed as (
    select
        spread.facility_key,
        spread.period,
        spread.cost_center_key,
        spread.cost_component,
        spread.costing_method,
        spread.left_amount,
        measure.encounter_key,
        measure.activity_qty
    from {{ ref('int_cost__spread') }} as spread
    inner join {{ ref('int_cost__measure') }} as measure
        on
            spread.facility_key = measure.facility_key
            and spread.period = measure.period
            and spread.activity_scope = measure.activity_scope
            and spread.measure_place = measure.measure_place
            and spread.activity_measure = measure.activity_measure
            and spread.activity_code = measure.activity_code
    where spread.destination = 'ENCOUNTER' and spread.left_amount <> 0
),

shared as (
    {{ shared_by_largest_remainder(
        'weighed', ['facility_key', 'period', 'cost_center_key', 'cost_component'], 'left_amount', 'activity_qty', 'encounter_key'
    ) }}
)

select
    encounter_key,
    facility_key,
    period,
    cost_center_key,
    cost_component,
    'ACTUAL' as costing_method,
    cast(sum(traced_amount) as decimal(18, 2)) as cost_amount
from {{ ref('int_cost__traced_line') }}
group by encounter_key, facility_key, period, cost_center_key, cost_component
union all
select
    encounter_key,
    facility_key,
    period,
    cost_center_key,
    cost_component,
    costing_method,
    shared_amount as cost_amount
from shared
-- What a large pool gives a small activity may round to nothing.
where shared_amount <> 0
