{{ config(schema='restricted', materialized='view') }}
-- One row per charge or credit of every system, those left out that only mirror another's; with the encounter it is for, and
-- its days at the facility.
select
    line.*,
    encounter.encounter_key,
    encounter.patient_key,
    coalesce(encounter.facility_key, {{ unknown_key() }}) as facility_key,
    coalesce(line.service_date, cast({{ wall_clock_of('line.service_at', 'facility.timezone') }} as date)) as service_day,
    coalesce(line.posted_date, cast({{ wall_clock_of('line.posted_at', 'facility.timezone') }} as date)) as posted_day
from (
    {{ united('charge_line') }}
) as line
{{ encounter_join('line', 'encounter', 'encounter_reference') }}
left join {{ ref('dim_facility') }} as facility on encounter.facility_key = facility.facility_key
