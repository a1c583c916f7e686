-- One row per supply request, whatever its status; current versions only.
with current_records as (
    {{ current_version(source('raw_fhir_r4', 'supply_request')) }}
)

select
    id as supply_request_id,
    {{ text_value('status') }} as supply_request_status,
    {{ text_value('category_code') }} as category_code,
    {{ text_value('priority') }} as priority,
    {{ text_value('item_system') }} as item_system,
    {{ text_value('item_code') }} as item_code,
    item_id,
    cast(quantity as decimal(18, 6)) as request_qty,
    {{ text_value('quantity_unit') }} as quantity_unit,
    authored_at,
    requester_key,
    {{ text_value('supplier_id') }} as supplier_id,
    {{ text_value('deliver_from_location_id') }} as deliver_from_location_id,
    {{ text_value('deliver_to_location_id') }} as deliver_to_location_id,
    {{ record_columns() }}
from current_records
