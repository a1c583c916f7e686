{{ config(unit=['stock_key', 'movement_date']) }}
-- One row per location, item, ownership and day on which stock moved: what came and went that day, and what of it was used.
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
        max(case when base_unit_cost is null then 1 else 0 end) = 0 as is_costed,
        sum(base_qty) as net_qty,
        sum(coalesce(amount, 0)) as net_amount,
        -- What is given back on a later day lowers no other day's use below nothing.
        greatest(-sum(case when is_demand then base_qty else 0 end), 0) as demand_qty,
        greatest(-sum(case when is_demand then coalesce(amount, 0) else 0 end), 0) as demand_amount,
        -sum(case when movement_class = 'EXPIRE' then base_qty else 0 end) as expired_qty,
        -sum(case when movement_class = 'EXPIRE' then coalesce(amount, 0) else 0 end) as expired_amount
    from {{ ref('int_inventory__valued_movement') }}
    group by stock_key, location_key, item_key, ownership, movement_date
)

select
    stock_key,
    location_key,
    item_key,
    ownership,
    movement_date,
    {{ period_of('movement_date') }} as period,
    facility_key,
    currency_code,
    source_instance,
    is_costed,
    cast(net_qty as decimal(18, 6)) as net_qty,
    cast(net_amount as decimal(18, 2)) as net_amount,
    cast(demand_qty as decimal(18, 6)) as demand_qty,
    cast(demand_amount as decimal(18, 2)) as demand_amount,
    cast(cast(demand_qty as decimal(18, 6)) * cast(demand_qty as decimal(18, 6)) as decimal(38, 12)) as demand_square,
    cast(expired_qty as decimal(18, 6)) as expired_qty,
    cast(expired_amount as decimal(18, 2)) as expired_amount
from days
