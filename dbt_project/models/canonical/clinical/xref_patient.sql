{{ config(schema='restricted') }}
-- One row per patient record: the record that stands for the person. A merge at the source says `replaced-by`; chains
-- of up to three merges are followed.
with patient_merges as (
    select
        source_instance,
        patient_key,
        linked_patient_key
    from {{ ref('stg_fhir_r4__patient') }}
    where link_type = 'replaced-by' and linked_patient_key is not null and linked_patient_key <> patient_key
),

final as (
    select
        patient.source_instance,
        patient.patient_key,
        coalesce(
            third_merge.linked_patient_key,
            second_merge.linked_patient_key,
            first_merge.linked_patient_key,
            patient.patient_key
        ) as surviving_patient_key,
        patient.gender_code,
        patient.birth_year,
        patient.zip3,
        patient.is_deceased,
        cast('fhir_r4' as {{ dbt.type_string() }}) as source_system,
        {{ audit_columns('patient') }}
    from {{ ref('stg_fhir_r4__patient') }} as patient
    left join patient_merges as first_merge
        on patient.source_instance = first_merge.source_instance and patient.patient_key = first_merge.patient_key
    left join patient_merges as second_merge
        on
            first_merge.source_instance = second_merge.source_instance
            and first_merge.linked_patient_key = second_merge.patient_key
    left join patient_merges as third_merge
        on
            second_merge.source_instance = third_merge.source_instance
            and second_merge.linked_patient_key = third_merge.patient_key
)

select * from final
