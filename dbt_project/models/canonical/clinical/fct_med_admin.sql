{{ config(schema='restricted', unit=['source_pk']) }}
-- One row per medication given: not those not done or entered in error. The dose is clinical: what left the shelf in
-- packages (and what of it was wasted) comes from dispensing, and stays empty here.
select
    {{ surrogate_key(['administration.source_instance', 'administration.medication_administration_id']) }}
        as med_admin_key,
    coalesce(encounter.encounter_key, {{ unknown_key() }}) as encounter_key,
    administration.encounter_key as encounter_reference,
    coalesce(patient.surviving_patient_key, administration.patient_key, {{ unknown_key() }}) as patient_key,
    administration.administration_status,
    {{ unknown_key() }} as item_key,
    {{ ndc_eleven_digits('administration.source_ndc') }} as ndc_11,
    administration.source_ndc,
    administration.rxnorm_code,
    administration.medication_system as source_medication_system,
    administration.medication_code as source_medication_code,
    administration.started_at,
    administration.ended_at,
    administration.dose_qty,
    administration.dose_unit,
    administration.rate_qty,
    administration.rate_unit,
    administration.route_code,
    cast(null as decimal(18, 6)) as dispensed_base_qty,
    cast(null as decimal(18, 6)) as wasted_base_qty,
    coalesce(provider.provider_key, {{ unknown_key() }}) as provider_key,
    cast('fhir_r4' as {{ dbt.type_string() }}) as source_system,
    administration.source_instance,
    administration.medication_administration_id as source_pk,
    {{ audit_columns('administration') }}
from {{ ref('stg_fhir_r4__medication_administration') }} as administration
inner join {{ ref('cfg_clinical_status') }} as rule
    on
        rule.record_type = 'medication_administration'
        and administration.administration_status = rule.status
        and rule.is_counted
left join {{ ref('fct_encounter') }} as encounter
    on
        administration.source_instance = encounter.source_instance
        and administration.encounter_key = encounter.encounter_key
left join {{ ref('xref_patient') }} as patient
    on administration.source_instance = patient.source_instance and administration.patient_key = patient.patient_key
left join {{ ref('xref_provider') }} as provider
    on
        administration.source_instance = provider.source_instance
        and administration.primary_provider_key = provider.referenced_key
