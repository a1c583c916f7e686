{{ config(unit=['partition_key']) }}
-- One row per invoice line and receipt line that the source links, with what the link can cover: oldest receipt first for
-- each invoice line, then earliest invoice first for each receipt. Two window passes keep both sides within bounds. The link of
-- an invoice that bills the same lines once more, beyond what was ordered, does not count: it would take the goods of the first.
with billed as (
    select
        open_invoice.*,
        sum(open_invoice.surviving_qty) over (
            partition by open_invoice.partition_key
            order by open_invoice.event_date, length(open_invoice.event_pk), open_invoice.event_pk
            rows between unbounded preceding and current row
        ) as cumulative_qty
    from {{ ref('int_match__open_invoice') }} as open_invoice
),

again_beyond_order as (
    select billed.event_key
    from billed
    inner join {{ ref('fct_invoice_line') }} as line on billed.event_key = line.invoice_line_key
    inner join {{ ref('int_match__repeated_document') }} as repeated_document
        on line.invoice_key = repeated_document.invoice_key
    inner join {{ ref('fct_po_line') }} as po_line on billed.partition_key = po_line.po_line_key
    where round(billed.cumulative_qty, 6) > abs(po_line.base_qty)
),

linked as (
    select
        billed.partition_key,
        billed.event_key as invoice_line_key,
        billed.event_date as invoice_date,
        billed.event_pk as invoice_pk,
        billed.surviving_qty as invoice_qty,
        open_receipt.event_key as receipt_line_key,
        open_receipt.event_date as receipt_date,
        open_receipt.event_pk as receipt_pk,
        open_receipt.surviving_qty as receipt_qty
    from {{ ref('bridge_invoice_receipt') }} as link
    inner join billed on link.invoice_line_key = billed.event_key
    inner join {{ ref('int_match__invoice_event') }} as invoice_event
        on billed.event_key = invoice_event.event_key and invoice_event.match_way >= 3
    inner join {{ ref('int_match__open_receipt') }} as open_receipt
        on
            link.receipt_line_key = open_receipt.event_key
            and billed.partition_key = open_receipt.partition_key
    left join again_beyond_order on billed.event_key = again_beyond_order.event_key
    where billed.surviving_qty > 0 and open_receipt.surviving_qty > 0 and again_beyond_order.event_key is null
),

wanted as (
    select
        linked.*,
        greatest(0, least(receipt_qty, invoice_qty - coalesce(sum(receipt_qty) over (
            partition by invoice_line_key
            order by receipt_date, length(receipt_pk), receipt_pk
            rows between unbounded preceding and 1 preceding
        ), 0))) as wanted_qty
    from linked
),

taken as (
    select
        wanted.*,
        greatest(0, least(wanted_qty, receipt_qty - coalesce(sum(wanted_qty) over (
            partition by receipt_line_key
            order by invoice_date, length(invoice_pk), invoice_pk
            rows between unbounded preceding and 1 preceding
        ), 0))) as taken_qty
    from wanted
)

select
    partition_key,
    invoice_line_key,
    receipt_line_key,
    cast(taken_qty as decimal(38, 12)) as matched_qty
from taken
where taken_qty > 0
