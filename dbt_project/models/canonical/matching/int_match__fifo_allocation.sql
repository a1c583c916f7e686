{{ config(unit=['partition_key']) }}
-- One row per invoice line and receipt line that meet first in, first out, after the explicit references. Laid end to end,
-- what is open of invoices and of receipts are two rulers over the same order line: where their intervals overlap, the
-- receipt covers the invoice. What an invoice bills beyond the receipts that it names comes last: others wait for their own
-- goods.
with invoice_used as (
    select
        invoice_line_key,
        sum(matched_qty) as used_qty
    from {{ ref('int_match__explicit_allocation') }}
    group by invoice_line_key
),

receipt_used as (
    select
        receipt_line_key,
        sum(matched_qty) as used_qty
    from {{ ref('int_match__explicit_allocation') }}
    group by receipt_line_key
),

open_invoices as (
    select
        invoice.partition_key,
        invoice.event_key,
        invoice.event_date,
        invoice.event_pk,
        case when invoice_used.invoice_line_key is null then 0 else 1 end as names_receipts,
        invoice.surviving_qty - coalesce(invoice_used.used_qty, 0) as open_qty
    from {{ ref('int_match__open_invoice') }} as invoice
    inner join {{ ref('int_match__invoice_event') }} as invoice_event
        on invoice.event_key = invoice_event.event_key and invoice_event.match_way >= 3
    left join invoice_used on invoice.event_key = invoice_used.invoice_line_key
),

open_receipts as (
    select
        receipt.partition_key,
        receipt.event_key,
        receipt.event_date,
        receipt.event_pk,
        receipt.surviving_qty - coalesce(receipt_used.used_qty, 0) as open_qty
    from {{ ref('int_match__open_receipt') }} as receipt
    left join receipt_used on receipt.event_key = receipt_used.receipt_line_key
),

invoice_ruler as (
    select
        open_invoices.*,
        sum(open_qty) over (
            partition by partition_key
            order by names_receipts, event_date, length(event_pk), event_pk
            rows between unbounded preceding and current row
        ) as end_qty
    from open_invoices
    where open_qty > 0
),

receipt_ruler as (
    select
        open_receipts.*,
        sum(open_qty) over (
            partition by partition_key
            order by event_date, length(event_pk), event_pk
            rows between unbounded preceding and current row
        ) as end_qty
    from open_receipts
    where open_qty > 0
)

select
    invoice_ruler.partition_key,
    invoice_ruler.event_key as invoice_line_key,
    receipt_ruler.event_key as receipt_line_key,
    cast(
        least(invoice_ruler.end_qty, receipt_ruler.end_qty)
        - greatest(invoice_ruler.end_qty - invoice_ruler.open_qty, receipt_ruler.end_qty - receipt_ruler.open_qty)
        as decimal(38, 12)
    ) as matched_qty
from invoice_ruler
inner join receipt_ruler
    on
        invoice_ruler.partition_key = receipt_ruler.partition_key
        and invoice_ruler.end_qty > receipt_ruler.end_qty - receipt_ruler.open_qty
        and receipt_ruler.end_qty > invoice_ruler.end_qty - invoice_ruler.open_qty
