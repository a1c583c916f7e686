-- One row per supply delivery, whatever its status; current versions only.
with current_records as (
    {{ current_version(source('raw_fhir_r4', 'supply_delivery')) }}
)

select
    id as supply_delivery_id,
    {{ text_value('status') }} as supply_delivery_status,
    patient_key,
    encounter_key,
    {{ text_value('type_code') }} as type_code,
    {{ text_value('item_system') }} as item_system,
    {{ text_value('item_code') }} as item_code,
    item_id,
    cast(quantity as decimal(18, 6)) as delivered_qty,
    {{ text_value('quantity_unit') }} as quantity_unit,
    coalesce(occurred_at, occurred_started_at) as delivered_at,
    {{ text_value('supply_request_id') }} as supply_request_id,
    {{ text_value('part_of_id') }} as part_of_id,
    {{ text_value('supplier_id') }} as supplier_id,
    {{ text_value('destination_location_id') }} as destination_location_id,
    receiver_key,
    {{ record_columns() }}
from current_records
