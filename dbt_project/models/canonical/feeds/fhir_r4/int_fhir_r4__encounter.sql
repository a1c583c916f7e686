{{ config(schema='restricted') }}
-- One row per encounter of an EHR, whatever its status. Planned places are none that the patient was in.
with places as (
    select
        place.source_instance,
        place.encounter_key,
        place.location_id,
        row_number() over (
            partition by place.source_instance, place.encounter_key
            order by place.started_at, place.line_no
        ) as place_from_start,
        row_number() over (
            partition by place.source_instance, place.encounter_key
            order by place.started_at desc, place.line_no desc
        ) as place_from_end
    from {{ ref('stg_fhir_r4__encounter_location') }} as place
    where place.location_id is not null and coalesce(place.encounter_location_status, 'completed') <> 'planned'
)

select
    {{ feed_origin('fhir_r4', 'encounter.source_instance') }},
    encounter.encounter_key,
    encounter.patient_key as patient_source_key,
    encounter.encounter_status,
    encounter.class_code as source_class_code,
    encounter.type_code as source_type_code,
    encounter.service_type_code as source_service_type_code,
    encounter.started_at,
    encounter.ended_at,
    cast(null as bigint) as birth_year,
    encounter.primary_provider_key as provider_source_key,
    first_place.location_id as first_location_source_key,
    last_place.location_id as last_location_source_key,
    organization.organization_code as facility_source_code,
    encounter.admit_source_code,
    encounter.discharge_disposition_code,
    encounter.part_of_encounter_key,
    encounter.account_key,
    false as is_from_coding,
    {{ audit_columns('encounter') }}
from {{ ref('stg_fhir_r4__encounter') }} as encounter
left join places as first_place
    on
        encounter.source_instance = first_place.source_instance
        and encounter.encounter_key = first_place.encounter_key
        and first_place.place_from_start = 1
left join places as last_place
    on
        encounter.source_instance = last_place.source_instance
        and encounter.encounter_key = last_place.encounter_key
        and last_place.place_from_end = 1
left join {{ ref('stg_fhir_r4__organization') }} as organization
    on
        encounter.source_instance = organization.source_instance
        and encounter.organization_id = organization.organization_id
