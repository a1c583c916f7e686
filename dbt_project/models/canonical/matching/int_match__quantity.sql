{{ config(unit=['po_line_key']) }}
-- One row per invoice line that moves a billed quantity: what is billed, covered and not covered, line and order line.
with matched as (
    select
        invoice_line_key,
        sum(matched_qty) as matched_qty
    from (
        select invoice_line_key, matched_qty from {{ ref('int_match__explicit_allocation') }}
        union all
        select invoice_line_key, matched_qty from {{ ref('int_match__fifo_allocation') }}
    ) as allocations
    group by invoice_line_key
),

received as (
    select
        partition_key,
        sum(surviving_qty) as received_qty
    from {{ ref('int_match__open_receipt') }}
    group by partition_key
),

billed as (
    select
        event.partition_key,
        event.event_key,
        event.event_date,
        event.qty,
        event.match_way,
        abs(po_line.base_qty) as ordered_qty,
        open_invoice.surviving_qty,
        sum(open_invoice.surviving_qty) over (
            partition by event.partition_key
            order by event.event_date, length(event.event_pk), event.event_pk
            rows between unbounded preceding and current row
        ) as cumulative_qty,
        sum(case when event.qty > 0 then event.qty else 0 end) over (partition by event.partition_key) as gross_billed_qty,
        -sum(case when event.qty < 0 then event.qty else 0 end) over (
            partition by event.partition_key
            order by event.event_date, length(event.event_pk), event.event_pk
            rows between unbounded preceding and current row
        ) as cumulative_credited_qty
    from {{ ref('int_match__invoice_event') }} as event
    inner join {{ ref('int_match__open_invoice') }} as open_invoice on event.event_key = open_invoice.event_key
    inner join {{ ref('fct_po_line') }} as po_line on event.partition_key = po_line.po_line_key
),

-- What goes back after it was billed waits for its credit: it does not make the bill too high.
returned_later as (
    select
        billed.event_key,
        -sum(sent_back.qty) as returned_later_qty
    from billed
    inner join {{ ref('int_match__receipt_event') }} as sent_back
        on
            billed.partition_key = sent_back.partition_key
            and sent_back.qty < 0
            and billed.event_date < sent_back.event_date
    group by billed.event_key
),

returned as (
    select
        partition_key,
        -sum(qty) as returned_qty
    from {{ ref('int_match__receipt_event') }}
    where qty < 0
    group by partition_key
),

uncredited as (
    select
        partition_key,
        -sum(qty) as uncredited_qty
    from (
        select partition_key, qty from {{ ref('int_match__receipt_event') }}
        where qty < 0
        union all
        select partition_key, -qty as qty from {{ ref('int_match__invoice_event') }}
        where qty < 0
    ) as taken_back
    group by partition_key
),

covered as (
    select
        billed.*,
        -- Receipts cover a three-way line; of a two-way line the order itself does, in the order of billing.
        cast(case
            when billed.match_way = 2
                then greatest(0, least(billed.surviving_qty, billed.ordered_qty - billed.cumulative_qty + billed.surviving_qty))
            else coalesce(matched.matched_qty, 0)
        end as decimal(38, 12)) as matched_qty,
        coalesce(received.received_qty, 0) as received_qty,
        coalesce(returned.returned_qty, 0) as returned_qty,
        greatest(0, least(
            coalesce(returned_later.returned_later_qty, 0), coalesce(uncredited.uncredited_qty, 0)
        )) as credit_awaited_qty
    from billed
    left join matched on billed.event_key = matched.invoice_line_key
    left join received on billed.partition_key = received.partition_key
    left join returned on billed.partition_key = returned.partition_key
    left join returned_later on billed.event_key = returned_later.event_key
    left join uncredited on billed.partition_key = uncredited.partition_key
)

select
    event_key as invoice_line_key,
    partition_key as po_line_key,
    qty as billed_qty,
    surviving_qty,
    matched_qty,
    greatest(0, surviving_qty - matched_qty - credit_awaited_qty) as unmatched_qty,
    cumulative_qty,
    gross_billed_qty,
    cumulative_credited_qty,
    received_qty,
    cast(returned_qty as decimal(38, 12)) as returned_qty
from covered
