-- One row per movement of an item at a location, signed; current versions only.
with current_records as (
    {{ current_version(source('raw_inventory', 'stock_movement')) }}
)

select
    movement_id,
    location_id,
    seq as movement_seq,
    movement_type,
    {{ text_value('item_number') }} as item_number,
    {{ text_value('bin_id') }} as bin_id,
    qty,
    {{ text_value('uom') }} as uom_code,
    udi_di,
    lot_token,
    serial_token,
    expires_on,
    {{ text_value('reference_type') }} as reference_type,
    {{ text_value('po_number') }} as po_number,
    case_key,
    {{ text_value('user_role') }} as user_role,
    {{ text_value('reverses_movement_id') }} as reverses_movement_id,
    occurred_at,
    recorded_at,
    {{ record_columns() }}
from current_records
