-- One row per line of a product receipt of Dynamics, signed: a return has a negative quantity and names no receipt. When it was
-- entered is not said: the stamp of the last change is another thing.
select
    {{ feed_origin('d365', 'line.source_instance') }},
    {{ source_key(['line.company_code', 'line.receipt_number', 'line.receipt_line']) }} as source_pk,
    line.receipt_number,
    {{ no_text() }} as packing_slip_number,
    case when line.is_return then 'RETURN' else 'RECEIPT' end as movement_type,
    {{ no_text() }} as reverses_source_pk,
    line.receipt_date as received_date,
    line.receipt_date as posting_date,
    cast(null as timestamp) as entered_at,
    {{ source_key(['line.company_code', 'line.po_number', 'line.po_line']) }} as po_line_source_pk,
    {{ source_key(['line.company_code', 'line.item_number']) }} as item_source_key,
    line.location_code as location_source_key,
    order_line.receiving_facility_code as facility_source_code,
    line.lot_number,
    line.qty as receipt_qty,
    line.uom_code as source_uom_code,
    cast(null as decimal(18, 6)) as source_base_qty,
    cast({{ div_exact('order_line.unit_price', 'order_line.price_qty', scale=6) }} as decimal(18, 6)) as unit_price,
    {{ mul_money('line.qty', div_exact('order_line.unit_price', 'order_line.price_qty', scale=6)) }} as value_amount,
    purchase_order.currency_code,
    {{ audit_columns('line') }}
from {{ ref('stg_d365__product_receipt_line') }} as line
left join {{ ref('stg_d365__purchase_order_line') }} as order_line
    on
        line.source_instance = order_line.source_instance
        and line.company_code = order_line.company_code
        and line.po_number = order_line.po_number
        and line.po_line = order_line.po_line
left join {{ ref('stg_d365__purchase_order') }} as purchase_order
    on
        line.source_instance = purchase_order.source_instance
        and line.company_code = purchase_order.company_code
        and line.po_number = purchase_order.po_number
