{{ config(unit=['po_line_key']) }}
-- One row per order line for stock and span of days: what a supplier still owes to a location, in base units, from `from_date`
-- until the day before `to_date`.
with changes as (
    select
        event.po_line_key,
        cast(event.event_at as date) as from_date,
        sum(case
            when event.event_type = 'ORDERED' then event.base_qty
            when event.event_type in ('CANCELLED', 'RECEIVED') then -event.base_qty
            else 0
        end) as change_qty,
        max(case when event.event_type = 'DELIVERY_COMPLETE' then 1 else 0 end) as completes
    from {{ ref('int_lifecycle__event') }} as event
    where event.event_type in ('ORDERED', 'CANCELLED', 'RECEIVED', 'DELIVERY_COMPLETE')
    group by event.po_line_key, cast(event.event_at as date)
),

running as (
    select
        po_line_key,
        from_date,
        coalesce(lead(from_date) over line_days, {{ no_end_date() }}) as to_date,
        sum(change_qty) over so_far as open_qty,
        max(completes) over so_far as is_complete
    from changes
    window
        line_days as (partition by po_line_key order by from_date),
        so_far as (partition by po_line_key order by from_date rows between unbounded preceding and current row)
)

select
    running.po_line_key,
    location.stock_location_key as location_key,
    line.item_key,
    running.from_date,
    running.to_date,
    cast(running.open_qty as decimal(18, 6)) as on_order_base_qty
from running
inner join {{ ref('fct_po_line') }} as line on running.po_line_key = line.po_line_key
inner join {{ ref('dim_location') }} as location on line.ship_to_location_key = location.location_key
where
    running.open_qty > 0
    and running.is_complete = 0
    and location.stock_location_key <> {{ unknown_key() }}
    and line.item_key <> {{ unknown_key() }}
