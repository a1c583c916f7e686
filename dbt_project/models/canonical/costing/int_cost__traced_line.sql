{{ config(schema='restricted', unit=['consumption_line_key']) }}
-- One row per use of an item that is counted, belongs to an encounter that can bear cost, and has a department and a price:
-- used and wasted units at what the item cost. Stock is taken at the standard price of its place; what was bought for the case
-- (bill-only, consigned) at what is paid for it; each falls back on the other. What is not here stays in its department's pool.
with used as (
    select
        line.consumption_line_key,
        line.encounter_key,
        line.facility_key,
        case
            when line.evidence = 'CHARGE_FILE_ITEM' then {{ period_of('line.used_at') }}
            else {{ period_of(wall_clock_of('line.used_at', 'facility.timezone')) }}
        end as period,
        line.item_key,
        line.ownership,
        operation.case_key,
        operation.suite_code,
        charge.cost_center_key as charged_cost_center_key,
        coalesce(line.used_base_qty, 0) + coalesce(line.wasted_base_qty, 0) as taken_base_qty,
        coalesce(line.wasted_base_qty, 0) as wasted_base_qty
    from {{ ref('fct_consumption_line') }} as line
    inner join {{ ref('int_cost__encounter_scope') }} as scope on line.encounter_key = scope.encounter_key
    inner join {{ ref('dim_facility') }} as facility on line.facility_key = facility.facility_key
    left join {{ ref('fct_case') }} as operation on line.case_key = operation.case_key
    -- A condition on the left side alone beside the keys can make DuckDB compare every line with every charge.
    left join {{ ref('fct_charge_line') }} as charge
        on
            line.source_instance = charge.source_instance
            and case when line.evidence = 'CHARGE_FILE_ITEM' then line.source_pk end = charge.source_pk
    where line.is_counted and line.item_key <> {{ unknown_key() }}
),

-- The department that bears what a suite uses, and the one to which reclassification has moved a department's supplies.
suites as (
    select
        suite.suite_code,
        center.facility_code,
        center.cost_center_key,
        row_number() over (partition by suite.suite_code, center.facility_code order by center.cost_center_code) as center_rank
    from {{ ref('map_suite_department') }} as suite
    inner join {{ ref('dim_cost_center') }} as center on suite.department_function = center.department_function
),

moved as (
    select distinct
        period,
        cost_component,
        from_cost_center_key,
        to_cost_center_key
    from {{ ref('int_cost__reclassification') }}
),

placed as (
    select
        used.*,
        case
            when item.item_class = 'IMPLANT' then 'IMPLANT'
            when item.item_class = 'DRUG' then 'DRUG'
            else 'SUPPLY_DIRECT'
        end as cost_component,
        coalesce(suites.cost_center_key, used.charged_cost_center_key) as using_cost_center_key
    from used
    inner join {{ ref('dim_item') }} as item on used.item_key = item.item_key
    left join suites
        on used.suite_code = suites.suite_code and used.facility_key = suites.facility_code and suites.center_rank = 1
    where used.taken_base_qty > 0
),

owned as (
    select
        placed.*,
        department.cost_center_key,
        department.currency_code
    from placed
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
