{{ config(schema='restricted', unit=['encounter_key']) }}
-- One row per encounter, those entered in error left out. An EHR describes it; of a site whose EHR is not read, coding does.
-- What was coded and who pays comes from coding wherever the visit was coded.
with described as (
    select
        told.*,
        reference.encounter_key as described_encounter_key,
        row_number() over (
            partition by reference.encounter_key order by told.is_from_coding, told.source_instance, told.encounter_key
        ) as description_rank
    from (
        {{ united('encounter') }}
    ) as told
    inner join {{ ref('xref_encounter') }} as reference on told.encounter_key = reference.encounter_reference
),

-- Of two coding systems of one visit, the later coding.
codings as (
    select
        coding.*,
        reference.encounter_key as described_encounter_key,
        row_number() over (
            partition by reference.encounter_key order by coding.coded_at desc, coding.source_instance asc
        ) as coding_rank
    from {{ ref('stg_revenue_cycle__coded_abstract') }} as coding
    inner join {{ ref('xref_encounter') }} as reference on coding.encounter_key = reference.encounter_reference
),

final as (
    select
        encounter.described_encounter_key as encounter_key,
        coalesce(patient.surviving_patient_key, encounter.patient_source_key, {{ unknown_key() }}) as patient_key,
        coalesce(class_mapping.encounter_class, {{ unknown_key() }}) as encounter_class,
        encounter.source_class_code,
        encounter.encounter_status,
        encounter.encounter_status = 'cancelled' as is_cancelled,
        encounter.source_type_code,
        encounter.source_service_type_code,
        encounter.started_at,
        encounter.ended_at,
        cast(
            {{ div_exact(dbt.datediff('encounter.started_at', 'encounter.ended_at', 'second'), '3600', 2) }}
            as decimal(18, 2)
        ) as length_of_stay_hours,
        case
            when extract(year from encounter.started_at) - coalesce(patient.birth_year, encounter.birth_year) > 90 then 90
            else
                cast(extract(year from encounter.started_at) as bigint)
                - coalesce(patient.birth_year, encounter.birth_year)
        end as age_in_years,
        coalesce(provider.provider_key, {{ unknown_key() }}) as provider_key,
        coalesce(first_location.location_key, {{ unknown_key() }}) as first_location_key,
        coalesce(last_location.location_key, {{ unknown_key() }}) as last_location_key,
        coalesce(last_location.facility_code, facility_mapping.facility_code, {{ unknown_key() }}) as facility_key,
        encounter.admit_source_code,
        coalesce(encounter.discharge_disposition_code, coding.discharge_disposition_code) as discharge_disposition_code,
        encounter.part_of_encounter_key,
        encounter.account_key,
        coalesce(drg.ms_drg_key, {{ unknown_key() }}) as ms_drg_key,
        coding.ms_drg as ms_drg_code,
        coding.grouper_version as ms_drg_version,
        cast(coalesce(coding.drg_weight, drg.relative_weight) as decimal(18, 6)) as ms_drg_weight,
        coding.principal_diagnosis_code,
        coalesce(payer.payer_class, {{ unknown_key() }}) as payer_class,
        coding.coded_at as coding_completed_at,
        cast(null as timestamp) as billed_at,
        encounter.source_system,
        encounter.source_instance,
        encounter.encounter_key as source_pk,
        {{ audit_columns('encounter') }}
    from described as encounter
    inner join {{ ref('cfg_clinical_status') }} as rule
        on rule.record_type = 'encounter' and encounter.encounter_status = rule.status and rule.is_counted
    left join {{ ref('map_encounter_class') }} as class_mapping
        on encounter.source_class_code = class_mapping.class_code
    left join {{ ref('xref_patient') }} as patient
        on encounter.source_instance = patient.source_instance and encounter.patient_source_key = patient.patient_key
    left join {{ ref('xref_provider') }} as provider
        on
            encounter.source_instance = provider.source_instance
            and encounter.provider_source_key = provider.referenced_key
    left join {{ ref('dim_care_location') }} as first_location
        on
            {{ reference_key('encounter.source_instance', 'encounter.first_location_source_key') }}
            = first_location.location_key
    left join {{ ref('dim_care_location') }} as last_location
        on
            {{ reference_key('encounter.source_instance', 'encounter.last_location_source_key') }}
            = last_location.location_key
    left join {{ ref('map_facility') }} as facility_mapping
        on
            encounter.source_system = facility_mapping.source_system
            and encounter.facility_source_code = facility_mapping.source_code
    left join codings as coding
        on encounter.described_encounter_key = coding.described_encounter_key and coding.coding_rank = 1
    left join {{ ref('dim_ms_drg') }} as drg
        on coding.ms_drg = drg.ms_drg_code and coding.grouper_version = drg.ms_drg_version
    left join {{ ref('map_payer_class') }} as payer
        on payer.source_system = 'revenue_cycle' and coding.payer_class = payer.source_payer_class
    where encounter.description_rank = 1
)

select * from final
