{{ config(schema='restricted') }}
-- One row per encounter, those entered in error left out. What FHIR R4 has no element for (DRG, payer, billing dates)
-- stays empty here and comes from other feeds.
with places as (
    select
        place.source_instance,
        place.encounter_key,
        {{ surrogate_key(['place.source_instance', 'place.location_id']) }} as location_key,
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
),

final as (
    select
        encounter.encounter_key,
        coalesce(patient.surviving_patient_key, encounter.patient_key, {{ unknown_key() }}) as patient_key,
        coalesce(class_mapping.encounter_class, {{ unknown_key() }}) as encounter_class,
        encounter.class_code as source_class_code,
        encounter.encounter_status,
        encounter.encounter_status = 'cancelled' as is_cancelled,
        encounter.type_code as source_type_code,
        encounter.service_type_code as source_service_type_code,
        encounter.started_at,
        encounter.ended_at,
        cast(
            {{ div_exact(dbt.datediff('encounter.started_at', 'encounter.ended_at', 'second'), '3600', 2) }}
            as decimal(18, 2)
        ) as length_of_stay_hours,
        case
            when extract(year from encounter.started_at) - patient.birth_year > 90 then 90
            else cast(extract(year from encounter.started_at) as bigint) - patient.birth_year
        end as age_in_years,
        coalesce(provider.provider_key, {{ unknown_key() }}) as provider_key,
        coalesce(first_location.location_key, {{ unknown_key() }}) as first_location_key,
        coalesce(last_location.location_key, {{ unknown_key() }}) as last_location_key,
        coalesce(last_location.facility_code, facility_mapping.facility_code, {{ unknown_key() }}) as facility_key,
        encounter.admit_source_code,
        encounter.discharge_disposition_code,
        encounter.part_of_encounter_key,
        encounter.account_key,
        {{ no_text() }} as ms_drg_code,
        {{ no_text() }} as ms_drg_version,
        cast(null as decimal(18, 6)) as ms_drg_weight,
        {{ unknown_key() }} as payer_class,
        cast(null as timestamp) as coding_completed_at,
        cast(null as timestamp) as billed_at,
        cast('fhir_r4' as {{ dbt.type_string() }}) as source_system,
        encounter.source_instance,
        encounter.encounter_key as source_pk,
        {{ audit_columns('encounter') }}
    from {{ ref('stg_fhir_r4__encounter') }} as encounter
    inner join {{ ref('cfg_clinical_status') }} as rule
        on rule.record_type = 'encounter' and encounter.encounter_status = rule.status and rule.is_counted
    left join {{ ref('map_encounter_class') }} as class_mapping on encounter.class_code = class_mapping.class_code
    left join {{ ref('xref_patient') }} as patient
        on encounter.source_instance = patient.source_instance and encounter.patient_key = patient.patient_key
    left join {{ ref('xref_provider') }} as provider
        on
            encounter.source_instance = provider.source_instance
            and encounter.primary_provider_key = provider.referenced_key
    left join places as first_place
        on
            encounter.source_instance = first_place.source_instance
            and encounter.encounter_key = first_place.encounter_key
            and first_place.place_from_start = 1
    left join {{ ref('dim_care_location') }} as first_location on first_place.location_key = first_location.location_key
    left join places as last_place
        on
            encounter.source_instance = last_place.source_instance
            and encounter.encounter_key = last_place.encounter_key
            and last_place.place_from_end = 1
    left join {{ ref('dim_care_location') }} as last_location on last_place.location_key = last_location.location_key
    left join {{ ref('stg_fhir_r4__organization') }} as organization
        on
            encounter.source_instance = organization.source_instance
            and encounter.organization_id = organization.organization_id
    left join {{ ref('map_facility') }} as facility_mapping
        on
            facility_mapping.source_system = 'fhir_r4'
            and organization.organization_code = facility_mapping.source_code
)

select * from final
