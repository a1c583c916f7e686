{{ config(schema='restricted', unit=['counting_scope']) }}
-- One row per record that tells of an item used for a patient. Sum only what `is_counted`: of several records of one device the
-- best counts; of one patient, item and case (outside of a case: UTC day) only the best kind (cfg_consumption_evidence); a bill
-- adds nothing to a case whose log was kept; what was documented by mistake never counts. The encounter is named only where the
-- record, or the procedure it belongs to, names it.
with every_record as (
    select * from {{ ref('int_clinical__case_use') }}
    union all
    select * from {{ ref('int_clinical__ehr_use') }}
),

-- A list that shares another's numbers says best what an item is; then the barcode; then a number that one item alone has.
described as (
    select
        told.*,
        coalesce(
            told.case_key, told.patient_key || '|' || cast(cast(told.used_at as date) as {{ dbt.type_string() }}),
            told.consumption_line_key
        ) as counting_scope,
        coalesce(device.place_for_device, 1) as place_for_device,
        coalesce(reference.item_key, item_by_gtin.item_key, item_by_code.item_key) as item_key,
        rule.capture_method as usual_capture_method,
        rule.source_confidence,
        rule.is_in_base_unit,
        rule.may_add_to_log,
        rule.device_rank,
        rule.item_rank
    from every_record as told
    inner join {{ ref('cfg_consumption_evidence') }} as rule on told.evidence = rule.evidence
    left join {{ ref('int_clinical__device_place') }} as device on told.consumption_line_key = device.consumption_line_key
    left join {{ ref('xref_item') }} as reference
        on told.source_instance = reference.source_instance and told.source_item_code = reference.source_item_key
    left join {{ ref('int_clinical__item_by_code') }} as item_by_gtin
        on item_by_gtin.code_kind = 'GTIN' and told.udi_di = item_by_gtin.code
    left join {{ ref('int_clinical__item_by_code') }} as item_by_code
        on item_by_code.code_kind = 'ITEM_CODE' and told.source_item_code = item_by_code.code
),

by_item as (
    select
        described.*,
        min(case when place_for_device = 1 and not is_void then item_rank end) over (
            partition by
                counting_scope,
                coalesce(item_key, source_item_code, udi_di, consumption_line_key)
        ) as best_item_rank,
        max(case when evidence = 'CASE_SUPPLY_LOG' then 1 else 0 end) over (partition by counting_scope) = 1 as is_case_logged
    from described
),

final as (
    select
        line.consumption_line_key,
        line.evidence,
        line.counting_scope,
        coalesce(encounter.encounter_key, {{ unknown_key() }}) as encounter_key,
        line.encounter_reference,
        coalesce(line.procedure_key, {{ unknown_key() }}) as procedure_key,
        coalesce(line.case_key, {{ unknown_key() }}) as case_key,
        coalesce(line.patient_key, {{ unknown_key() }}) as patient_key,
        coalesce(line.item_key, {{ unknown_key() }}) as item_key,
        line.source_item_code,
        line.udi_di,
        line.lot_token,
        line.serial_token,
        line.picked_qty,
        line.used_qty,
        line.wasted_qty,
        line.returned_qty,
        case
            when line.is_in_base_unit then coalesce(item.base_uom_code, {{ unknown_key() }})
            else coalesce(unit.uom_code, {{ unknown_key() }})
        end as uom_code,
        line.quantity_unit as source_uom_code,
        case when line.is_in_base_unit then cast(1 as bigint) else pack.qty_num end as pack_num,
        case when line.is_in_base_unit then cast(1 as bigint) else pack.qty_den end as pack_den,
        {%- for quantity in ['used', 'wasted'] %}
        cast(case
            when line.is_in_base_unit then line.{{ quantity }}_qty
            else {{ to_base_quantity('line.' ~ quantity ~ '_qty', 'pack.qty_num', 'pack.qty_den') }}
        end as decimal(18, 6)) as {{ quantity }}_base_qty,
        {%- endfor %}
        line.used_at,
        line.documented_at,
        coalesce(location.location_key, {{ unknown_key() }}) as location_key,
        coalesce(location.facility_code, line.facility_key, encounter.facility_key, {{ unknown_key() }}) as facility_key,
        coalesce(capture.capture_method, line.usual_capture_method) as capture_method,
        coalesce(line.ownership, {{ unknown_key() }}) as ownership,
        line.source_confidence,
        line.is_void,
        not line.is_void
        and line.place_for_device = 1
        and line.item_rank = line.best_item_rank
        and (line.may_add_to_log or not line.is_case_logged) as is_counted,
        case
            when line.is_void then 'VOID'
            when line.place_for_device > 1 then 'SAME_DEVICE'
            when line.item_rank > line.best_item_rank and line.case_key is not null then 'SAME_ITEM_AND_CASE'
            when line.item_rank > line.best_item_rank then 'SAME_ITEM_AND_DAY'
            when line.is_case_logged and not line.may_add_to_log then 'NOT_IN_CASE_LOG'
        end as not_counted_reason,
        line.source_system,
        line.source_instance,
        line.source_pk,
        {{ audit_columns('line') }}
    from by_item as line
    left join {{ ref('fct_encounter') }} as encounter on line.encounter_reference = encounter.encounter_key
    left join {{ ref('dim_item') }} as item on line.item_key = item.item_key
    left join {{ ref('dim_uom') }} as unit on line.quantity_unit = unit.uom_code
    left join {{ ref('int_clinical__item_pack') }} as pack
        on line.item_key = pack.item_key and unit.uom_code = pack.uom_code
    left join {{ ref('dim_care_location') }} as location on line.location_key = location.location_key
    left join {{ ref('map_capture_method') }} as capture on line.udi_entry_type = capture.udi_entry_type
)

select * from final
