-- One row per par level of an item at a location; current versions only.
with current_records as (
    {{ current_version(source('raw_inventory', 'par')) }}
)

select
    location_id,
    item_number,
    {{ text_value('item_description') }} as item_description,
    par_qty,
    reorder_point_qty,
    order_multiple_qty,
    {{ text_value('uom') }} as uom_code,
    updated_at as par_set_at,
    {{ record_columns() }}
from current_records
