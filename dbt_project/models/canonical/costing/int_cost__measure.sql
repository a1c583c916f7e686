{{ config(schema='restricted', unit=['encounter_key']) }}
-- One row per encounter, month, place and measure of what was done for it: hours in a unit, minutes of cases, units and money
-- charged; only measures that cfg_activity_method asks for. A place is a department, all departments of a function, or the whole
-- facility (`measure_place`). Charges that name an item bear the item's cost and no labor; what is credited is taken off.
with cases as (
    select
        operation.encounter_key,
        operation.facility_key,
        {{ period_of(wall_clock_of('operation.in_room_at', 'facility.timezone')) }} as period,
        operation.suite_code,
        coalesce(operation.staff_minutes, operation.in_room_minutes) as staff_minutes,
        operation.anesthesia_minutes
    from {{ ref('fct_case') }} as operation
    inner join {{ ref('dim_facility') }} as facility on operation.facility_key = facility.facility_key
    where operation.in_room_at is not null and not operation.is_cancelled
),

charges as (
    select
        encounter_key,
        facility_key,
        {{ period_of('service_date') }} as period,
        cost_center_key,
        coalesce(revenue_code, {{ unknown_key() }}) as revenue_code,
        charge_qty,
        amount
    from {{ ref('fct_charge_line') }}
    where encounter_key <> {{ unknown_key() }} and service_date is not null and source_item_code is null
),

told as (
    select
        encounter_key,
        facility_key,
        period,
        cost_center_key,
        'UNIT_HOURS' as activity_measure,
        '*' as activity_code,
        cast({{ div_exact('stay_seconds', '3600') }} as decimal(18, 6)) as activity_qty
    from {{ ref('int_cost__stay_month') }}
    {%- for minutes, measure in [('staff_minutes', 'CASE_STAFF_MINUTES'), ('anesthesia_minutes', 'CASE_ANESTHESIA_MINUTES')] %}
    union all
    select
        encounter_key,
        facility_key,
        period,
        {{ unknown_key() }} as cost_center_key,
        '{{ measure }}' as activity_measure,
        suite_code as activity_code,
        cast({{ minutes }} as decimal(18, 6)) as activity_qty
    from cases
    {%- endfor %}
    union all
    select
        encounter_key,
        facility_key,
        period,
        cost_center_key,
        'CHARGE_QUANTITY' as activity_measure,
        revenue_code as activity_code,
        cast(charge_qty as decimal(18, 6)) as activity_qty
    from charges
    {%- for code in ['revenue_code', "'*'"] %}
    union all
    select
        encounter_key,
        facility_key,
        period,
        cost_center_key,
        'CHARGE_AMOUNT' as activity_measure,
        {{ code }} as activity_code,
        cast(amount as decimal(18, 6)) as activity_qty
    from charges
    {%- endfor %}
),

asked as (
    select distinct
        activity_measure,
        activity_code,
        activity_scope
    from {{ ref('cfg_activity_method') }}
),

placed as (
    select
        told.*,
        case asked.activity_scope
            when 'DEPARTMENT' then told.cost_center_key
            when 'FUNCTION' then center.department_function
            else '*'
        end as measure_place,
        asked.activity_scope
    from told
    inner join asked on told.activity_measure = asked.activity_measure and told.activity_code = asked.activity_code
    left join {{ ref('dim_cost_center') }} as center on told.cost_center_key = center.cost_center_key
)

select
    placed.facility_key,
    placed.period,
    placed.activity_scope,
    placed.measure_place,
    placed.activity_measure,
    placed.activity_code,
    placed.encounter_key,
    cast(sum(placed.activity_qty) as decimal(18, 6)) as activity_qty
from placed
inner join {{ ref('int_cost__encounter_scope') }} as scope on placed.encounter_key = scope.encounter_key
where placed.measure_place is not null
group by
    placed.facility_key,
    placed.period,
    placed.activity_scope,
    placed.measure_place,
    placed.activity_measure,
    placed.activity_code,
    placed.encounter_key
-- What was credited in a later month than it was charged is no work done.
having sum(placed.activity_qty) > 0
