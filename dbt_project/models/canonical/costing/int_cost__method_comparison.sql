{{ config(unit=['facility_key', 'period']) }}
-- One row per method, facility, month and service line: the overhead that the line bears by that method. What a department bears
-- goes to the service lines of the visits that it served, in the shares of its activity, whole cents.
with borne as (
    select
        overhead.allocation_method,
        overhead.facility_key,
        overhead.period,
        overhead.receiving_cost_center_key as cost_center_key,
        department.cost_role,
        cast(sum(overhead.allocated_amount) as decimal(18, 2)) as overhead_amount
    from {{ ref('int_cost__overhead') }} as overhead
    inner join {{ ref('int_cost__department') }} as department
        on
            overhead.facility_key = department.facility_key
            and overhead.period = department.period
            and overhead.receiving_cost_center_key = department.cost_center_key
    group by
        overhead.allocation_method,
        overhead.facility_key,
        overhead.period,
        overhead.receiving_cost_center_key,
        department.cost_role
),

activity as (
    select
        way.facility_key,
        way.period,
        way.cost_center_key,
        line.service_line_key,
        sum(measure.activity_qty) as activity_qty
    from {{ ref('int_cost__method') }} as way
    inner join {{ ref('int_cost__measure') }} as measure
        on
            way.facility_key = measure.facility_key
            and way.period = measure.period
            and way.activity_scope = measure.activity_scope
            and way.measure_place = measure.measure_place
            and way.activity_measure = measure.activity_measure
            and way.activity_code = measure.activity_code
    inner join {{ ref('int_service_line__encounter') }} as line on measure.encounter_key = line.encounter_key
    group by way.facility_key, way.period, way.cost_center_key, line.service_line_key
),

weighed as (
    select
        borne.allocation_method,
        borne.facility_key,
        borne.period,
        borne.cost_center_key,
        borne.overhead_amount,
        coalesce(activity.service_line_key, case borne.cost_role when 'PATIENT' then 'UNASSIGNED' else borne.cost_role end)
            as service_line_key,
        cast(coalesce(activity.activity_qty, 1) as decimal(38, 6)) as activity_qty
    from borne
    left join activity
        on
            borne.facility_key = activity.facility_key
            and borne.period = activity.period
            and case when borne.cost_role = 'PATIENT' then borne.cost_center_key end = activity.cost_center_key
),

shared as (
    {{ shared_by_largest_remainder(
        'weighed', ['allocation_method', 'facility_key', 'period', 'cost_center_key'], 'overhead_amount', 'activity_qty',
        'service_line_key'
    ) }}
)

select
    allocation_method,
    facility_key,
    period,
    service_line_key,
    cast(sum(shared_amount) as decimal(18, 2)) as overhead_amount
from shared
group by allocation_method, facility_key, period, service_line_key
