{{ config(schema='restricted') }}
-- One row per case, department and kind of cost: what departments whose cost follows minutes of cases (theatre, recovery,
-- anaesthesia, laboratories) spread to the visit, by the minutes of each of its cases there that month. The cases of a visit sum
-- to what it bears of the department.
with minutes as (
    {%- for measure, minutes in [
        ('CASE_STAFF_MINUTES', 'staff_minutes'), ('CASE_ANESTHESIA_MINUTES', 'anesthesia_minutes')
    ] %}
    select
        case_key,
        encounter_key,
        facility_key,
        period,
        suite_code as activity_code,
        '{{ measure }}' as activity_measure,
        cast({{ minutes }} as decimal(18, 6)) as activity_qty
    from {{ ref('int_case__time') }}
    where not is_cancelled and {{ minutes }} > 0
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

weighed as (
    select
        cost.encounter_key,
        cost.facility_key,
        cost.period,
        cost.cost_center_key,
        cost.cost_component,
        cost.cost_amount,
        way.activity_measure,
        minutes.case_key,
        minutes.activity_qty
    from {{ ref('int_cost__encounter') }} as cost
    inner join {{ ref('int_cost__method') }} as way
        on
            cost.facility_key = way.facility_key
            and cost.period = way.period
            and cost.cost_center_key = way.cost_center_key
            and cost.costing_method = way.costing_method
    inner join minutes
        on
            cost.encounter_key = minutes.encounter_key
            and cost.facility_key = minutes.facility_key
            and cost.period = minutes.period
            and way.activity_measure = minutes.activity_measure
            and way.activity_code = minutes.activity_code
),

shared as (
    {{ shared_by_largest_remainder(
        'weighed', ['encounter_key', 'facility_key', 'period', 'cost_center_key', 'cost_component'], 'cost_amount',
        'activity_qty', 'case_key'
    ) }}
)

select
    case_key,
    cost_center_key,
    cost_component,
    activity_measure,
    shared_amount as cost_amount
from shared
