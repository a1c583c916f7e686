-- One row per count of an item at a location; current versions only.
with current_records as (
    {{ current_version(source('raw_inventory', 'stock_count')) }}
)

select
    count_id,
    location_id,
    seq as count_seq,
    {{ text_value('item_number') }} as item_number,
    counted_qty,
    book_qty,
    variance_qty,
    {{ text_value('uom') }} as uom_code,
    counted_at,
    {{ record_columns() }}
from current_records
