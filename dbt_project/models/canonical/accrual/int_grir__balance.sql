{{ config(unit=['po_line_key']) }}
-- One row per purchase order line and month in which something was received or billed: what is open at the end of the month, and
-- since when. `next_period` is the next such month; until then nothing changes.
with running as (
    select
        event.*,
        {{ period_of('event.posting_date') }} as period,
        sum(event.base_qty) over line_events as open_base_qty,
        sum(event.amount) over line_events as open_amount,
        row_number() over line_events as event_number
    from {{ ref('int_grir__event') }} as event
    window line_events as (
        partition by event.po_line_key order by event.posting_date, event.event_key
        rows between unbounded preceding and current row
    )
),

-- The line was even, at zero, last with this event.
since_even as (
    select
        running.*,
        max(case when coalesce(open_base_qty, 0) = 0 and open_amount = 0 then event_number else 0 end) over (
            partition by po_line_key order by event_number rows between unbounded preceding and current row
        ) as last_even_number
    from running
),

dated as (
    select
        since_even.*,
        min(case when event_number > last_even_number then posting_date end) over (
            partition by po_line_key, last_even_number
        ) as open_since_date,
        row_number() over (partition by po_line_key, period order by event_number desc) as from_end
    from since_even
),

months as (
    select
        po_line_key,
        period,
        sum(case when event_type = 'RECEIVED' then base_qty end) as received_base_qty,
        -sum(case when event_type = 'RETURNED' then base_qty end) as returned_base_qty,
        -sum(case when event_type = 'INVOICED' then base_qty end) as invoiced_base_qty,
        sum(case when event_type <> 'INVOICED' then amount else 0 end) as received_amount,
        -sum(case when event_type = 'INVOICED' then amount else 0 end) as invoiced_amount
    from dated
    group by po_line_key, period
)

select
    months.po_line_key,
    months.period,
    lead(months.period) over (partition by months.po_line_key order by months.period) as next_period,
    cast(coalesce(months.received_base_qty, 0) as decimal(18, 6)) as received_base_qty,
    cast(coalesce(months.returned_base_qty, 0) as decimal(18, 6)) as returned_base_qty,
    cast(coalesce(months.invoiced_base_qty, 0) as decimal(18, 6)) as invoiced_base_qty,
    cast(months.received_amount as decimal(18, 2)) as received_amount,
    cast(months.invoiced_amount as decimal(18, 2)) as invoiced_amount,
    cast(dated.open_base_qty as decimal(18, 6)) as open_base_qty,
    cast(dated.open_amount as decimal(18, 2)) as open_amount,
    case when dated.event_number > dated.last_even_number then dated.open_since_date end as open_since_date
from months
inner join dated
    on months.po_line_key = dated.po_line_key and months.period = dated.period and dated.from_end = 1
