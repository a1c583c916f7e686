{{ config(schema='restricted', unit=['consumption_line_key']) }}
-- One row per use of an item that is counted, belongs to an encounter that can bear cost, and has a department and a price:
-- used and wasted units at what the item cost. Stock is taken at the standard price of its place; what was bought for the case
-- (bill-only, consigned) at what is paid for it; each falls back on the other. What is not here stays in its department's pool.
-- The department to which reclassification has moved a department's supplies.
with moved as (
    select distinct
        period,
        cost_component,
        from_cost_center_key,
        to_cost_center_key
    from {{ ref('int_cost__reclassification') }}
),

owned as (
    select
        placed.*,
        department.cost_center_key,
        department.currency_code
    from {{ ref('int_cost__used_line') }} as placed
    left join moved
        on
            placed.period = moved.period
            and placed.cost_component = moved.cost_component
            and placed.using_cost_center_key = moved.from_cost_center_key
    inner join {{ ref('int_cost__department') }} as department
        on
            placed.facility_key = department.facility_key
            and placed.period = department.period
            and coalesce(moved.to_cost_center_key, placed.using_cost_center_key) = department.cost_center_key
            and department.cost_role = 'PATIENT'
),

priced as (
    select
        owned.*,
        price.price_basis,
        price.base_unit_price,
        row_number() over (
            partition by owned.consumption_line_key order by {{ item_price_rank('price', 'owned.ownership') }}
        ) as price_rank
    from owned
    inner join {{ ref('int_cost__item_price') }} as price
        on
            owned.item_key = price.item_key
            and price.facility_key in (owned.facility_key, '*')
            and owned.currency_code = price.currency_code
            and owned.period >= price.from_period
            and owned.period < price.to_period
)

select
    consumption_line_key,
    encounter_key,
    case_key,
    facility_key,
    period,
    cost_center_key,
    cost_component,
    item_key,
    taken_base_qty,
    wasted_base_qty,
    price_basis,
    base_unit_price,
    {{ mul_money('taken_base_qty', 'base_unit_price') }} as traced_amount,
    {{ mul_money('wasted_base_qty', 'base_unit_price') }} as wasted_amount,
    currency_code
from priced
where price_rank = 1
