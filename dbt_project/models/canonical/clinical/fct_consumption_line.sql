{{ config(schema='restricted') }}
-- One row per record that tells of an item used for a patient. Sum only what `is_counted`: of several records of one
-- device the best counts, and of one patient, item and UTC day only the best kind (cfg_consumption_evidence).
-- The encounter is named only where the record, or the procedure it belongs to, names it.
with described as (
    select
        evidence.*,
        coalesce(evidence.item_code, device.part_number) as source_item_code,
        device.udi_di,
        device.lot_token,
        device.serial_token,
        device.udi_entry_type,
        coalesce(item_by_gtin.item_key, item_by_code.item_key) as item_key,
        rule.capture_method as usual_capture_method,
        rule.source_confidence,
        rule.device_rank,
        rule.item_rank
    from {{ ref('int_clinical__use_evidence') }} as evidence
    inner join {{ ref('cfg_consumption_evidence') }} as rule on evidence.evidence = rule.evidence
    left join {{ ref('stg_fhir_r4__device') }} as device
        on evidence.source_instance = device.source_instance and evidence.device_id = device.device_id
    left join {{ ref('int_clinical__item_by_code') }} as item_by_gtin
        on item_by_gtin.code_kind = 'GTIN' and device.udi_di = item_by_gtin.code
    left join {{ ref('int_clinical__item_by_code') }} as item_by_code
        on
            item_by_code.code_kind = 'ITEM_CODE'
            and coalesce(evidence.item_code, device.part_number) = item_by_code.code
),

by_device as (
    select
        described.*,
        row_number() over (
            partition by source_instance, coalesce(device_id, consumption_line_key)
            order by device_rank, used_at, consumption_line_key
        ) as place_for_device
    from described
),

by_item as (
    select
        by_device.*,
        min(case when place_for_device = 1 then item_rank end) over (
            partition by
                source_instance,
                patient_key,
                coalesce(item_key, source_item_code, udi_di, consumption_line_key),
                cast(used_at as date)
        ) as best_item_rank
    from by_device
),

final as (
    select
        line.consumption_line_key,
        line.evidence,
        coalesce(encounter.encounter_key, {{ unknown_key() }}) as encounter_key,
        line.encounter_reference,
        coalesce(line.procedure_key, {{ unknown_key() }}) as procedure_key,
        coalesce(patient.surviving_patient_key, line.patient_key, {{ unknown_key() }}) as patient_key,
        coalesce(line.item_key, {{ unknown_key() }}) as item_key,
        line.source_item_code,
        line.udi_di,
        line.lot_token,
        line.serial_token,
        line.qty as used_qty,
        cast(null as decimal(18, 6)) as wasted_qty,
        cast(null as decimal(18, 6)) as returned_qty,
        coalesce(unit.uom_code, {{ unknown_key() }}) as uom_code,
        line.quantity_unit as source_uom_code,
        pack.qty_num as pack_num,
        pack.qty_den as pack_den,
        cast({{ to_base_quantity('line.qty', 'pack.qty_num', 'pack.qty_den') }} as decimal(18, 6)) as used_base_qty,
        line.used_at,
        line.documented_at,
        coalesce(location.location_key, {{ unknown_key() }}) as location_key,
        coalesce(location.facility_code, {{ unknown_key() }}) as facility_key,
        coalesce(capture.capture_method, line.usual_capture_method) as capture_method,
        {{ unknown_key() }} as ownership,
        line.source_confidence,
        line.place_for_device = 1 and line.item_rank = line.best_item_rank as is_counted,
        case
            when line.place_for_device > 1 then 'SAME_DEVICE'
            when line.item_rank > line.best_item_rank then 'SAME_ITEM_AND_DAY'
        end as not_counted_reason,
        cast('fhir_r4' as {{ dbt.type_string() }}) as source_system,
        line.source_instance,
        line.source_pk,
        {{ audit_columns('line') }}
    from by_item as line
    left join {{ ref('fct_encounter') }} as encounter
        on line.source_instance = encounter.source_instance and line.encounter_reference = encounter.encounter_key
    left join {{ ref('xref_patient') }} as patient
        on line.source_instance = patient.source_instance and line.patient_key = patient.patient_key
    left join {{ ref('dim_uom') }} as unit on line.quantity_unit = unit.uom_code
    left join {{ ref('int_clinical__item_pack') }} as pack
        on line.item_key = pack.item_key and unit.uom_code = pack.uom_code
    left join {{ ref('dim_care_location') }} as location on line.location_key = location.location_key
    left join {{ ref('map_capture_method') }} as capture on line.udi_entry_type = capture.udi_entry_type
)

select * from final
