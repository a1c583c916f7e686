{{ config(schema='restricted', unit=['case_key']) }}
-- One row per supply line of a case, void ones too: what was picked, and what became of it, in the supply's base unit. The log
-- says when a use was documented and not when it was; it is taken to be at the incision.
select
    {{ surrogate_key(["'CASE_SUPPLY_LOG'", 'supply.source_instance', 'supply.case_key', 'supply.case_supply_line_id']) }}
        as consumption_line_key,
    cast('CASE_SUPPLY_LOG' as {{ dbt.type_string() }}) as evidence,
    supply.case_key || '|' || supply.case_supply_line_id as source_pk,
    operation.encounter_reference,
    {{ no_text() }} as procedure_key,
    operation.case_key,
    operation.patient_key,
    {{ no_text() }} as device_id,
    supply.supply_id as source_item_code,
    supply.udi_di,
    supply.lot_token,
    supply.serial_token,
    case when supply.udi_token is not null then 'barcode' end as udi_entry_type,
    supply.qty_picked as picked_qty,
    supply.qty_used as used_qty,
    supply.qty_wasted as wasted_qty,
    supply.qty_returned as returned_qty,
    {{ no_text() }} as quantity_unit,
    coalesce(operation.incision_at, operation.in_room_at, operation.scheduled_start_at) as used_at,
    supply.documented_at,
    {{ no_text() }} as location_key,
    operation.facility_key,
    supply.ownership,
    coalesce(supply.is_void, false) as is_void,
    cast('perioperative' as {{ dbt.type_string() }}) as source_system,
    supply.source_instance,
    {{ audit_columns('supply') }}
from {{ ref('stg_perioperative__case_supply') }} as supply
inner join {{ ref('fct_case') }} as operation
    on supply.source_instance = operation.source_instance and supply.case_key = operation.case_key
