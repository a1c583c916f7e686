{{ config(schema='restricted', materialized='view') }}
-- One row per encounter that can bear cost, and the encounter that it is billed with: an emergency visit with the stay that it
-- led to.
select
    scope.encounter_key,
    scope.facility_key,
    scope.started_period,
    coalesce(led.stay_encounter_key, scope.encounter_key) as billed_encounter_key
from {{ ref('int_cost__encounter_scope') }} as scope
left join {{ ref('int_service_line__stay') }} as led on scope.encounter_key = led.encounter_key
