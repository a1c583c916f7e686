{{ config(unit=['partition_key']) }}
-- One row per posted receipt or return of a known order line, in base units along the order line's own direction.
select
    receipt.po_line_key as partition_key,
    receipt.receipt_line_key as event_key,
    receipt.received_date as event_date,
    receipt.source_pk as event_pk,
    cast({{ to_base_quantity(
        'receipt.receipt_qty * case when po_line.order_qty < 0 then -1 else 1 end', 'receipt.pack_num', 'receipt.pack_den', 12
    ) }} as decimal(38, 12)) as qty,
    receipt.reverses_receipt_line_key as reverses_key
from {{ ref('fct_receipt_line') }} as receipt
inner join {{ ref('fct_po_line') }} as po_line on receipt.po_line_key = po_line.po_line_key
where receipt.pack_num is not null
