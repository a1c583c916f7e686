-- One row per line of a receipt; of a return the quantity is negative; current versions only.
with current_records as (
    {{ current_version(source('raw_d365', 'product_receipt_line')) }}
)

select
    company_code,
    receipt_number,
    po_number,
    line_number as receipt_line,
    po_line_number as po_line,
    {{ text_value('item_number') }} as item_number,
    cast(quantity as decimal(18, 6)) as qty,
    upper({{ text_value('uom_code') }}) as uom_code,
    {{ text_value('warehouse_code') }} as location_code,
    receipt_date,
    {{ text_value('lot') }} as lot_number,
    lot_token,
    serial_token,
    quantity < 0 as is_return,
    {{ record_columns() }}
from current_records
