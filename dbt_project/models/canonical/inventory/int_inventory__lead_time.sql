-- One row per location, item and day on which an order line's first goods came: number, sum and sum of squares of the days from
-- order to first receipt, until then.
with first_receipts as (
    select
        po_line_key,
        cast(min(case when event_type = 'ORDERED' then event_at end) as date) as ordered_date,
        cast(min(case when event_type = 'RECEIVED' then event_at end) as date) as received_date
    from {{ ref('int_lifecycle__event') }}
    where event_type in ('ORDERED', 'RECEIVED')
    group by po_line_key
),

lines as (
    select
        location.stock_location_key as location_key,
        line.item_key,
        first_receipts.received_date,
        greatest({{ dbt.datediff('first_receipts.ordered_date', 'first_receipts.received_date', 'day') }}, 0) as lead_days
    from first_receipts
    inner join {{ ref('fct_po_line') }} as line on first_receipts.po_line_key = line.po_line_key
    inner join {{ ref('dim_location') }} as location on line.ship_to_location_key = location.location_key
    where
        first_receipts.ordered_date is not null
        and first_receipts.received_date is not null
        and location.stock_location_key <> {{ unknown_key() }}
        and line.item_key <> {{ unknown_key() }}
),

days as (
    select
        location_key,
        item_key,
        received_date,
        count(*) as line_count,
        sum(lead_days) as lead_days,
        sum(lead_days * lead_days) as lead_days_squared
    from lines
    group by location_key, item_key, received_date
)

select
    location_key,
    item_key,
    received_date,
    coalesce(
        lead(received_date) over (partition by location_key, item_key order by received_date), {{ no_end_date() }}
    ) as next_received_date,
    cast(sum(line_count) over so_far as bigint) as line_count_so_far,
    cast(sum(lead_days) over so_far as bigint) as lead_days_so_far,
    cast(sum(lead_days_squared) over so_far as bigint) as lead_days_squared_so_far
from days
window so_far as (
    partition by location_key, item_key order by received_date
    rows between unbounded preceding and current row
)
