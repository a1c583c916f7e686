{{ config(unit=['po_line_key']) }}
-- One row per posted receipt, return or billed line of a known order line: what it does to goods received and not invoiced, at
-- the order's price. What is received is positive, what is billed negative, in base units and money.
with order_lines as (
    select * from {{ ref('fct_po_line') }}
),

received as (
    select
        receipt.receipt_line_key as event_key,
        case when receipt.is_return then 'RETURNED' else 'RECEIVED' end as event_type,
        line.po_line_key,
        receipt.posting_date,
        receipt.base_qty,
        {{ at_order_price('receipt', 'receipt_qty', 'line') }} as amount
    from {{ ref('fct_receipt_line') }} as receipt
    inner join order_lines as line on receipt.po_line_key = line.po_line_key
),

billed as (
    select
        invoice.invoice_line_key as event_key,
        'INVOICED' as event_type,
        line.po_line_key,
        invoice.posting_date,
        -invoice.base_qty as base_qty,
        -{{ at_order_price('invoice', 'invoice_qty', 'line') }} as amount
    from {{ ref('fct_invoice_line') }} as invoice
    inner join order_lines as line on invoice.po_line_key = line.po_line_key
    where invoice.line_type = 'ITEM' and invoice.is_posted and not invoice.is_void and not invoice.is_price_correction
)

select * from received
union all
select * from billed
