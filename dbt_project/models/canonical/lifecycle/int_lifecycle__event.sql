{{ config(unit=['po_line_key']) }}
-- One row per purchase order line and thing that happened to it, with its day and its quantity in base units along the order
-- line's own direction. What is asked for by a requisition, invoiced, matched or paid is told of the order line that it names.
-- No source dates a cancellation: what is cancelled counts as never having been open.
with order_lines as (
    select
        line.*,
        case when line.base_qty < 0 then -1 else 1 end as direction
    from {{ ref('fct_po_line') }} as line
),

requested as (
    select
        line.po_line_key,
        requisition.requested_at,
        requisition.approved_at
    from order_lines as line
    inner join {{ ref('fct_requisition_line') }} as requisition on line.requisition_line_key = requisition.requisition_line_key
),

received as (
    select
        po_line_key,
        sum(base_qty) as received_qty
    from {{ ref('fct_receipt_line') }}
    where po_line_key <> {{ unknown_key() }}
    group by po_line_key
),

matched as (
    select
        allocation.invoice_line_key,
        sum(allocation.matched_base_qty) as matched_base_qty,
        max(receipt.received_date) as last_received_date
    from {{ ref('fct_match_allocation') }} as allocation
    inner join {{ ref('fct_receipt_line') }} as receipt on allocation.receipt_line_key = receipt.receipt_line_key
    group by allocation.invoice_line_key
),

invoiced as (
    select
        verdict.invoice_line_key,
        verdict.invoice_key,
        verdict.po_line_key,
        verdict.posting_date,
        verdict.status_after_grace,
        verdict.invoice_base_qty * order_lines.direction as invoiced_qty,
        greatest(verdict.posting_date, coalesce(matched.last_received_date, verdict.posting_date)) as settled_date
    from {{ ref('int_match__verdict') }} as verdict
    inner join order_lines on verdict.po_line_key = order_lines.po_line_key
    left join matched on verdict.invoice_line_key = matched.invoice_line_key
    where verdict.line_type = 'ITEM' and verdict.status_after_grace not in ('VOID', 'NOT_APPLICABLE')
),

events as (
    select
        po_line_key,
        'REQUESTED' as event_type,
        requested_at as event_at,
        cast(null as decimal(18, 6)) as base_qty
    from requested
    union all
    select
        po_line_key,
        'APPROVED' as event_type,
        approved_at as event_at,
        cast(null as decimal(18, 6)) as base_qty
    from requested
    where approved_at is not null
    union all
    select
        po_line_key,
        case when po_status = 'DRAFT' then 'DRAFTED' else 'ORDERED' end as event_type,
        cast(order_date as timestamp) as event_at,
        base_qty * direction as base_qty
    from order_lines
    union all
    select
        order_lines.po_line_key,
        'ACKNOWLEDGED' as event_type,
        transmission.acknowledged_at as event_at,
        cast(null as decimal(18, 6)) as base_qty
    from order_lines
    inner join {{ ref('fct_po_transmission') }} as transmission on order_lines.po_key = transmission.po_key
    where transmission.acknowledged_at is not null
    union all
    select
        order_lines.po_line_key,
        'CANCELLED' as event_type,
        cast(order_lines.order_date as timestamp) as event_at,
        greatest(order_lines.base_qty * order_lines.direction - coalesce(received.received_qty, 0) * order_lines.direction, 0)
            as base_qty
    from order_lines
    left join received on order_lines.po_line_key = received.po_line_key
    where order_lines.is_cancelled
    union all
    select
        po_line_key,
        'DELIVERY_COMPLETE' as event_type,
        source_version_at as event_at,
        cast(null as decimal(18, 6)) as base_qty
    from order_lines
    where is_delivery_complete
    union all
    select
        receipt.po_line_key,
        case when receipt.is_return then 'RETURNED' else 'RECEIVED' end as event_type,
        cast(receipt.received_date as timestamp) as event_at,
        receipt.base_qty * order_lines.direction as base_qty
    from {{ ref('fct_receipt_line') }} as receipt
    inner join order_lines on receipt.po_line_key = order_lines.po_line_key
    union all
    select
        po_line_key,
        case when invoiced_qty < 0 then 'CREDITED' else 'INVOICED' end as event_type,
        cast(posting_date as timestamp) as event_at,
        invoiced_qty as base_qty
    from invoiced
    union all
    select
        po_line_key,
        case when status_after_grace = 'EXCEPTION' then 'HELD' else 'MATCHED' end as event_type,
        cast(case when status_after_grace = 'EXCEPTION' then posting_date else settled_date end as timestamp) as event_at,
        invoiced_qty as base_qty
    from invoiced
    union all
    select
        invoiced.po_line_key,
        'PAYMENT' as event_type,
        cast(paid.first_paid_date as timestamp) as event_at,
        cast(null as decimal(18, 6)) as base_qty
    from invoiced
    inner join {{ ref('int_lifecycle__paid_document') }} as paid on invoiced.invoice_key = paid.invoice_key
    union all
    select
        invoiced.po_line_key,
        'PAID' as event_type,
        cast(paid.paid_date as timestamp) as event_at,
        invoiced.invoiced_qty as base_qty
    from invoiced
    inner join {{ ref('int_lifecycle__paid_document') }} as paid on invoiced.invoice_key = paid.invoice_key
    where paid.paid_date is not null
)

select
    po_line_key,
    event_type,
    event_at,
    cast(base_qty as decimal(18, 6)) as base_qty
from events
