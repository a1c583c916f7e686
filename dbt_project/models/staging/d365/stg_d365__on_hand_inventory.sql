-- One row per item and warehouse with stock on hand; current versions only.
with current_records as (
    {{ current_version(source('raw_d365', 'on_hand_inventory')) }}
)

select
    company_code,
    item_number,
    site_code as facility_code,
    warehouse_code as location_code,
    upper({{ text_value('uom_code') }}) as uom_code,
    cast(on_hand_qty as decimal(18, 6)) as on_hand_qty,
    cast(available_qty as decimal(18, 6)) as available_qty,
    cast(reserved_qty as decimal(18, 6)) as reserved_qty,
    cast(ordered_qty as decimal(18, 6)) as ordered_from_suppliers_qty,
    cast(on_order_qty as decimal(18, 6)) as on_order_qty,
    {{ record_columns() }}
from current_records
