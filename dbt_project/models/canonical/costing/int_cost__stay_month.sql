{{ config(schema='restricted', unit=['encounter_key']) }}
-- One row per stay in a unit and month of the books that it is part of: for how long. One that has no end yet counts to the end
-- of the last month of the books.
with stays as (
    select
        stay.unit_stay_key,
        stay.encounter_key,
        stay.facility_key,
        place.cost_center_key,
        {{ wall_clock_of('stay.started_at', 'facility.timezone') }} as begins_at,
        {{ wall_clock_of('stay.ended_at', 'facility.timezone') }} as ends_at
    from {{ ref('fct_unit_stay') }} as stay
    inner join {{ ref('dim_department') }} as place on stay.location_key = place.department_key
    inner join {{ ref('dim_facility') }} as facility on stay.facility_key = facility.facility_key
)

select
    stay.unit_stay_key,
    stay.encounter_key,
    stay.facility_key,
    months.period,
    stay.cost_center_key,
    {{ dbt.datediff(
        'greatest(stay.begins_at, months.begins_at)', 'least(coalesce(stay.ends_at, months.ends_at), months.ends_at)', 'second'
    ) }} as stay_seconds
from stays as stay
inner join {{ ref('int_cost__month') }} as months
    on
        stay.facility_key = months.facility_key
        and stay.begins_at < months.ends_at
        and coalesce(stay.ends_at, months.ends_at) > months.begins_at
