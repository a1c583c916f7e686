{{ config(schema='restricted', unit=['consumption_line_key']) }}
-- One row per record of an EHR, or of its bill, that tells of a use: the device and the case that it belongs to. R4 names no
-- case: it is the one in which the patient was in the room at the time.
with described as (
    select
        evidence.*,
        coalesce(patient.surviving_patient_key, evidence.patient_key) as person_key,
        coalesce(evidence.item_code, device.part_number) as source_item_code,
        device.udi_di,
        device.lot_token,
        device.serial_token,
        device.udi_entry_type
    from {{ ref('int_clinical__use_evidence') }} as evidence
    left join {{ ref('stg_fhir_r4__device') }} as device
        on evidence.source_instance = device.source_instance and evidence.device_id = device.device_id
    left join {{ ref('xref_patient') }} as patient
        on evidence.source_instance = patient.source_instance and evidence.patient_key = patient.patient_key
),

-- A patient is in one room at a time; of two cases that say otherwise, the one begun later.
placed as (
    select
        described.consumption_line_key,
        operation.case_key,
        operation.facility_key,
        row_number() over (
            partition by described.consumption_line_key order by operation.in_room_at desc, operation.case_key desc
        ) as case_rank
    from described
    inner join {{ ref('fct_case') }} as operation
        on
            described.person_key = operation.patient_key
            and described.used_at >= operation.in_room_at
            and described.used_at <= operation.out_room_at
)

select
    described.consumption_line_key,
    cast(described.evidence as {{ dbt.type_string() }}) as evidence,
    described.source_pk,
    described.encounter_reference,
    described.procedure_key,
    placed.case_key,
    described.person_key as patient_key,
    described.device_id,
    described.source_item_code,
    described.udi_di,
    described.lot_token,
    described.serial_token,
    described.udi_entry_type,
    cast(null as decimal(18, 6)) as picked_qty,
    described.qty as used_qty,
    cast(null as decimal(18, 6)) as wasted_qty,
    cast(null as decimal(18, 6)) as returned_qty,
    described.quantity_unit,
    described.used_at,
    described.documented_at,
    described.location_key,
    placed.facility_key,
    {{ no_text() }} as ownership,
    false as is_void,
    described.source_system,
    described.source_instance,
    {{ audit_columns('described') }}
from described
left join placed on described.consumption_line_key = placed.consumption_line_key and placed.case_rank = 1
