-- One row per department and month that serves visits: its units of service, which are those that its cost is spread by. Of
-- fewer than eleven visits none is told.
select
    way.facility_key,
    way.period,
    way.cost_center_key,
    way.activity_measure as service_unit,
    cast(sum(measure.activity_qty) as decimal(18, 6)) as service_qty
from {{ ref('int_cost__method') }} as way
inner join {{ ref('int_cost__measure') }} as measure
    on
        way.facility_key = measure.facility_key
        and way.period = measure.period
        and way.activity_scope = measure.activity_scope
        and way.measure_place = measure.measure_place
        and way.activity_measure = measure.activity_measure
        and way.activity_code = measure.activity_code
group by way.facility_key, way.period, way.cost_center_key, way.activity_measure
having count(distinct measure.encounter_key) >= {{ var('smallest_cell') }}
