{{ config(unit=['facility_key', 'period']) }}
-- One row per department and month that serves visits: its units of service, which are those that its cost is spread by. Of
-- fewer than eleven visits none is told, nor what would be left of the facility's total of so few.
with places as (
    select
        facility_key,
        period,
        activity_scope,
        measure_place,
        activity_measure,
        activity_code,
        sum(activity_qty) as activity_qty,
        count(distinct encounter_key) as encounter_count
    from {{ ref('int_cost__measure') }}
    group by facility_key, period, activity_scope, measure_place, activity_measure, activity_code
),

judged as (
    select
        places.*,
        {{ is_small_cell(
            'encounter_count', ['facility_key', 'period', 'activity_scope', 'activity_measure', 'activity_code'],
            ['measure_place']
        ) }} as is_small
    from places
)

select
    way.facility_key,
    way.period,
    way.cost_center_key,
    way.activity_measure as service_unit,
    cast(judged.activity_qty as decimal(18, 6)) as service_qty
from {{ ref('int_cost__method') }} as way
inner join judged
    on
        way.facility_key = judged.facility_key
        and way.period = judged.period
        and way.activity_scope = judged.activity_scope
        and way.measure_place = judged.measure_place
        and way.activity_measure = judged.activity_measure
        and way.activity_code = judged.activity_code
-- All units of a function or a facility are no department's own, and less what others show would be some small one's.
where not judged.is_small and (way.activity_scope = 'DEPARTMENT' or way.activity_code <> '*')
