{{ config(unit=['stock_key', 'period']) }}
-- One row per location, item, ownership and day on which stock moved: what was on hand at the end of that day, and running sums
-- of everything until then, so that any window is the difference of two rows. A balance holds from its day to the day before
-- `next_movement_date`.
with running as (
    select
        day.stock_key,
        day.location_key,
        day.item_key,
        day.ownership,
        day.movement_date,
        day.period,
        coalesce(lead(day.movement_date) over of_month, opening.next_month_date) as next_movement_date,
        opening.first_movement_date,
        day.facility_key,
        day.currency_code,
        day.source_instance,
        opening.is_costed and min(case when day.is_costed then 1 else 0 end) over so_far = 1 as is_costed,
        opening.net_qty + sum(day.net_qty) over so_far as on_hand_qty,
        opening.net_amount + sum(day.net_amount) over so_far as on_hand_amount,
        opening.demand_qty + sum(day.demand_qty) over so_far as demand_qty_so_far,
        opening.demand_amount + sum(day.demand_amount) over so_far as demand_amount_so_far,
        opening.demand_square + sum(day.demand_square) over so_far as demand_square_so_far,
        opening.expired_qty + sum(day.expired_qty) over so_far as expired_qty_so_far,
        opening.expired_amount + sum(day.expired_amount) over so_far as expired_amount_so_far
    from {{ ref('int_inventory__movement_day') }} as day
    inner join {{ ref('int_inventory__opening') }} as opening
        on day.stock_key = opening.stock_key and day.period = opening.period
    window
        of_month as (partition by day.stock_key, day.period order by day.movement_date),
        so_far as (
            partition by day.stock_key, day.period order by day.movement_date
            rows between unbounded preceding and current row
        )
)

select
    stock_key,
    location_key,
    item_key,
    ownership,
    movement_date,
    period,
    next_movement_date,
    first_movement_date,
    facility_key,
    currency_code,
    source_instance,
    cast(on_hand_qty as decimal(18, 6)) as on_hand_base_qty,
    cast(on_hand_amount as decimal(18, 2)) as on_hand_amount,
    is_costed,
    cast(demand_qty_so_far as decimal(18, 6)) as demand_qty_so_far,
    cast(demand_amount_so_far as decimal(18, 2)) as demand_amount_so_far,
    cast(demand_square_so_far as decimal(38, 6)) as demand_square_so_far,
    cast(expired_qty_so_far as decimal(18, 6)) as expired_qty_so_far,
    cast(expired_amount_so_far as decimal(18, 2)) as expired_amount_so_far
from running
