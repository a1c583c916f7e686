-- One row per item and location: what the service believes to be on hand; current versions only.
with current_records as (
    {{ current_version(source('raw_inventory', 'balance')) }}
)

select
    location_id,
    item_number,
    on_hand_qty,
    {{ text_value('uom') }} as uom_code,
    last_seq as last_movement_seq,
    {{ record_columns() }}
from current_records
