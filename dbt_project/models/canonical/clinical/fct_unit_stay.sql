{{ config(schema='restricted', unit=['encounter_key']) }}
-- One row per place of an encounter that the patient was in: the path through departments and beds. Planned and reserved
-- places are none.
with stays as (
    select *
    from {{ ref('stg_fhir_r4__encounter_location') }}
    where coalesce(encounter_location_status, 'completed') in ('active', 'completed')
)

select
    {{ surrogate_key(['stay.source_instance', 'stay.encounter_key', 'stay.line_no']) }} as unit_stay_key,
    encounter.encounter_key,
    encounter.patient_key,
    stay.line_no as stay_no,
    coalesce(location.location_key, {{ unknown_key() }}) as location_key,
    coalesce(location.facility_code, {{ unknown_key() }}) as facility_key,
    stay.started_at,
    stay.ended_at,
    cast({{ div_exact(dbt.datediff('stay.started_at', 'stay.ended_at', 'second'), '3600', 2) }} as decimal(18, 2))
        as stay_hours,
    cast('fhir_r4' as {{ dbt.type_string() }}) as source_system,
    stay.source_instance,
    stay.encounter_key || '|' || cast(stay.line_no as {{ dbt.type_string() }}) as source_pk,
    {{ audit_columns('stay') }}
from stays as stay
inner join {{ ref('fct_encounter') }} as encounter
    on stay.source_instance = encounter.source_instance and stay.encounter_key = encounter.encounter_key
left join {{ ref('dim_care_location') }} as location
    on {{ reference_key('stay.source_instance', 'stay.location_id') }} = location.location_key
