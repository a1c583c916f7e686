{{ config(unit=['stock_key']) }}
-- One row per location, item, ownership and day on which stock moved: what was on hand at the end of that day, and running sums
-- of everything until then, so that any window is the difference of two rows. A balance holds from its day to the day before
-- `next_movement_date`; `held_` sums count it once for each of those days, up to the day before this row's.
with days as (
    select
        stock_key,
        location_key,
        item_key,
        ownership,
        movement_date,
        min(facility_key) as facility_key,
        min(currency_code) as currency_code,
        min(source_instance) as source_instance,
        max(case when base_unit_cost is null then 1 else 0 end) as uncosted,
        sum(base_qty) as net_qty,
        sum(coalesce(amount, 0)) as net_amount,
        -- What is given back on a later day lowers no other day's use below nothing.
        greatest(-sum(case when is_demand then base_qty else 0 end), 0) as demand_qty,
        greatest(-sum(case when is_demand then coalesce(amount, 0) else 0 end), 0) as demand_amount,
        -sum(case when movement_class = 'EXPIRE' then base_qty else 0 end) as expired_qty,
        -sum(case when movement_class = 'EXPIRE' then coalesce(amount, 0) else 0 end) as expired_amount
    from {{ ref('int_inventory__valued_movement') }}
    group by stock_key, location_key, item_key, ownership, movement_date
),

running as (
    select
        days.*,
        coalesce(lead(movement_date) over place_item, {{ no_end_date() }}) as next_movement_date,
        min(movement_date) over so_far as first_movement_date,
        sum(net_qty) over so_far as on_hand_qty,
        sum(net_amount) over so_far as on_hand_amount,
        max(uncosted) over so_far as is_ever_uncosted,
        sum(demand_qty) over so_far as demand_qty_so_far,
        sum(demand_amount) over so_far as demand_amount_so_far,
        sum(cast(demand_qty as decimal(18, 6)) * cast(demand_qty as decimal(18, 6))) over so_far as demand_square_so_far,
        sum(expired_qty) over so_far as expired_qty_so_far,
        sum(expired_amount) over so_far as expired_amount_so_far
    from days
    window
        place_item as (partition by stock_key, location_key, item_key, ownership order by movement_date),
        so_far as (
            partition by stock_key, location_key, item_key, ownership order by movement_date
            rows between unbounded preceding and current row
        )
),

lasting as (
    select
        running.*,
        {{ dbt.datediff('movement_date', 'next_movement_date', 'day') }} as lasting_days
    from running
)

select
    stock_key,
    location_key,
    item_key,
    ownership,
    movement_date,
    next_movement_date,
    first_movement_date,
    facility_key,
    currency_code,
    source_instance,
    cast(on_hand_qty as decimal(18, 6)) as on_hand_base_qty,
    cast(on_hand_amount as decimal(18, 2)) as on_hand_amount,
    is_ever_uncosted = 0 as is_costed,
    cast(demand_qty_so_far as decimal(18, 6)) as demand_qty_so_far,
    cast(demand_amount_so_far as decimal(18, 2)) as demand_amount_so_far,
    cast(demand_square_so_far as decimal(38, 6)) as demand_square_so_far,
    cast(expired_qty_so_far as decimal(18, 6)) as expired_qty_so_far,
    cast(expired_amount_so_far as decimal(18, 2)) as expired_amount_so_far,
    cast(coalesce(sum(on_hand_amount * lasting_days) over earlier, 0) as decimal(38, 2)) as held_amount_days,
    cast(coalesce(sum(case when on_hand_qty <= 0 then lasting_days else 0 end) over earlier, 0) as integer) as held_empty_days
from lasting
window earlier as (
    partition by stock_key, location_key, item_key, ownership order by movement_date
    rows between unbounded preceding and 1 preceding
)
