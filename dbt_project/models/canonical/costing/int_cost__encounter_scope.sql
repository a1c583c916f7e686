{{ config(schema='restricted', unit=['encounter_key']) }}
-- One row per encounter that can bear cost: begun, and not cancelled; with its months at the facility and the department that
-- it is told of (the last place of an EHR; without one, the department that charged most, items aside).
with charging as (
    select
        encounter_key,
        cost_center_key,
        row_number() over (partition by encounter_key order by sum(amount) desc, cost_center_key asc) as department_rank
    from {{ ref('fct_charge_line') }}
    where cost_center_key <> {{ unknown_key() }} and source_item_code is null
    group by encounter_key, cost_center_key
)

select
    encounter.encounter_key,
    encounter.facility_key,
    encounter.encounter_class,
    encounter.account_key,
    encounter.part_of_encounter_key,
    encounter.started_at,
    encounter.ended_at,
    {{ period_of(wall_clock_of('encounter.started_at', 'facility.timezone')) }} as started_period,
    cast({{ wall_clock_of('coalesce(encounter.ended_at, encounter.started_at)', 'facility.timezone') }} as date) as ended_date,
    encounter.ms_drg_code,
    encounter.ms_drg_weight,
    encounter.principal_diagnosis_code,
    encounter.payer_class,
    coalesce(place.cost_center_key, charging.cost_center_key, {{ unknown_key() }}) as cost_center_key
from {{ ref('fct_encounter') }} as encounter
left join {{ ref('dim_facility') }} as facility on encounter.facility_key = facility.facility_key
left join {{ ref('dim_department') }} as place
    on encounter.last_location_key = place.department_key and place.cost_center_key <> {{ unknown_key() }}
left join charging on encounter.encounter_key = charging.encounter_key and charging.department_rank = 1
-- A planned visit has not begun, whatever day it is booked for.
where not encounter.is_cancelled and encounter.encounter_status <> 'planned'
