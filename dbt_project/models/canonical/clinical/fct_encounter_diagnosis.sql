{{ config(schema='restricted', unit=['encounter_key']) }}
-- One row per diagnosis of an encounter, as a reference: conditions themselves are not read, so codes come from coding.
select
    {{ surrogate_key(['diagnosis.source_instance', 'diagnosis.encounter_key', 'diagnosis.line_no']) }}
        as encounter_diagnosis_key,
    encounter.encounter_key,
    encounter.patient_key,
    diagnosis.condition_id as condition_reference,
    {{ no_text() }} as icd10_cm_code,
    diagnosis.use_code as diagnosis_use_code,
    diagnosis.diagnosis_rank,
    cast('fhir_r4' as {{ dbt.type_string() }}) as source_system,
    diagnosis.source_instance,
    diagnosis.encounter_key || '|' || cast(diagnosis.line_no as {{ dbt.type_string() }}) as source_pk,
    {{ audit_columns('diagnosis') }}
from {{ ref('stg_fhir_r4__encounter_diagnosis') }} as diagnosis
inner join {{ ref('fct_encounter') }} as encounter
    on diagnosis.source_instance = encounter.source_instance and diagnosis.encounter_key = encounter.encounter_key
