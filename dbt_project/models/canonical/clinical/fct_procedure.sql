{{ config(schema='restricted', unit=['procedure_key']) }}
-- One row per procedure that was begun: not those not done, only prepared, or entered in error.
select
    {{ surrogate_key(['procedure.source_instance', 'procedure.procedure_id']) }} as procedure_key,
    coalesce(encounter.encounter_key, {{ unknown_key() }}) as encounter_key,
    procedure.encounter_key as encounter_reference,
    coalesce(patient.surviving_patient_key, procedure.patient_key, {{ unknown_key() }}) as patient_key,
    procedure.procedure_status,
    procedure.code_system as source_code_system,
    procedure.procedure_code as source_procedure_code,
    procedure.icd10_pcs_code,
    procedure.category_code as source_category_code,
    procedure.body_site_code,
    procedure.started_at,
    procedure.ended_at,
    cast(
        {{ div_exact(dbt.datediff('procedure.started_at', 'procedure.ended_at', 'second'), '60', 2) }} as decimal(18, 2)
    ) as duration_minutes,
    coalesce(provider.provider_key, {{ unknown_key() }}) as provider_key,
    coalesce(location.location_key, {{ unknown_key() }}) as location_key,
    coalesce(location.facility_code, {{ unknown_key() }}) as facility_key,
    cast('fhir_r4' as {{ dbt.type_string() }}) as source_system,
    procedure.source_instance,
    procedure.procedure_id as source_pk,
    {{ audit_columns('procedure') }}
from {{ ref('stg_fhir_r4__procedure') }} as procedure
inner join {{ ref('cfg_clinical_status') }} as rule
    on rule.record_type = 'procedure' and procedure.procedure_status = rule.status and rule.is_counted
left join {{ ref('fct_encounter') }} as encounter
    on procedure.source_instance = encounter.source_instance and procedure.encounter_key = encounter.encounter_key
left join {{ ref('xref_patient') }} as patient
    on procedure.source_instance = patient.source_instance and procedure.patient_key = patient.patient_key
left join {{ ref('xref_provider') }} as provider
    on
        procedure.source_instance = provider.source_instance
        and procedure.primary_provider_key = provider.referenced_key
left join {{ ref('dim_care_location') }} as location
    on {{ reference_key('procedure.source_instance', 'procedure.location_id') }} = location.location_key
