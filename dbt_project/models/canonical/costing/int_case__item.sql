{{ config(schema='restricted', unit=['case_key']) }}
-- One row per case and item that was taken, picked or expected in it. Taken (used and wasted) is what was traced to the visit, so
-- that cases sum to visits; what was picked and went back, and what the preference card opens, is priced likewise and cost
-- nothing. A functional group holds the items that do one job (map_functional_group).
with lines as (
    select
        case_key,
        item_key,
        min(facility_key) as facility_key,
        min(ownership) as ownership,
        sum(coalesce(used_base_qty, 0)) as used_base_qty,
        sum(coalesce(wasted_base_qty, 0)) as wasted_base_qty,
        sum(coalesce(returned_qty, 0)) as returned_base_qty
    from {{ ref('fct_consumption_line') }}
    where is_counted and case_key <> {{ unknown_key() }} and item_key <> {{ unknown_key() }}
    group by case_key, item_key
),

cards as (
    select
        operation.case_key,
        card.item_key,
        min(operation.facility_key) as facility_key,
        sum(card.open_base_qty) as card_open_base_qty,
        sum(card.hold_base_qty) as card_hold_base_qty
    from {{ ref('fct_case') }} as operation
    inner join {{ ref('dim_preference_card_line') }} as card
        on
            operation.source_instance = card.source_instance
            and operation.preference_card_id = card.preference_card_id
            and operation.preference_card_version_no = card.preference_card_version_no
    where card.item_key <> {{ unknown_key() }}
    group by operation.case_key, card.item_key
),

traced as (
    select
        case_key,
        item_key,
        min(cost_component) as cost_component,
        sum(traced_amount) as traced_amount,
        sum(wasted_amount) as wasted_amount,
        sum(taken_base_qty) as taken_base_qty,
        sum(wasted_base_qty) as traced_wasted_base_qty
    from {{ ref('int_cost__traced_line') }}
    where case_key is not null
    group by case_key, item_key
),

together as (
    select
        coalesce(lines.case_key, cards.case_key) as case_key,
        coalesce(lines.item_key, cards.item_key) as item_key,
        coalesce(lines.facility_key, cards.facility_key) as facility_key,
        coalesce(lines.ownership, {{ unknown_key() }}) as ownership,
        cards.item_key is not null as is_on_card,
        lines.returned_base_qty,
        cards.card_open_base_qty,
        cards.card_hold_base_qty
    from lines
    full outer join cards on lines.case_key = cards.case_key and lines.item_key = cards.item_key
),

dated as (
    select
        together.*,
        currencies.currency_code,
        times.period
    from together
    inner join {{ ref('int_case__time') }} as times on together.case_key = times.case_key
    left join {{ ref('int_cost__month') }} as currencies
        on together.facility_key = currencies.facility_key and times.period = currencies.period
),

-- Apart from the lines that nobody has a price for: an outer join whose condition offers two keys compares all with all.
prices as (
    select
        dated.case_key,
        dated.item_key,
        price.base_unit_price,
        row_number() over (
            partition by dated.case_key, dated.item_key order by {{ item_price_rank('price', 'dated.ownership') }}
        ) as price_rank
    from dated
    inner join {{ ref('int_cost__item_price') }} as price
        on
            dated.item_key = price.item_key
            and price.facility_key in (dated.facility_key, '*')
            and dated.currency_code = price.currency_code
            and dated.period >= price.from_period
            and dated.period < price.to_period
),

priced as (
    select
        dated.*,
        prices.base_unit_price
    from dated
    left join prices
        on dated.case_key = prices.case_key and dated.item_key = prices.item_key and prices.price_rank = 1
)

select
    priced.case_key,
    priced.item_key,
    priced.facility_key,
    priced.period,
    coalesce(
        traced.cost_component,
        case when item.item_class in ('IMPLANT', 'DRUG') then item.item_class else 'SUPPLY_DIRECT' end
    ) as cost_component,
    coalesce(functional.functional_group, item.item_class) as functional_group,
    priced.is_on_card,
    cast(coalesce(traced.taken_base_qty - traced.traced_wasted_base_qty, 0) as decimal(18, 6)) as used_base_qty,
    cast(coalesce(traced.traced_wasted_base_qty, 0) as decimal(18, 6)) as wasted_base_qty,
    cast(coalesce(priced.returned_base_qty, 0) as decimal(18, 6)) as returned_base_qty,
    cast(coalesce(priced.card_open_base_qty, 0) as decimal(18, 6)) as card_open_base_qty,
    cast(coalesce(priced.card_hold_base_qty, 0) as decimal(18, 6)) as card_hold_base_qty,
    cast(coalesce(traced.traced_amount - traced.wasted_amount, 0) as decimal(18, 2)) as used_amount,
    cast(coalesce(traced.wasted_amount, 0) as decimal(18, 2)) as wasted_amount,
    coalesce({{ mul_money('priced.returned_base_qty', 'priced.base_unit_price') }}, cast(0 as decimal(18, 2)))
        as picked_not_used_amount,
    coalesce({{ mul_money('priced.card_open_base_qty', 'priced.base_unit_price') }}, cast(0 as decimal(18, 2)))
        as card_expected_amount,
    priced.currency_code
from priced
inner join {{ ref('dim_item') }} as item on priced.item_key = item.item_key
left join traced on priced.case_key = traced.case_key and priced.item_key = traced.item_key
left join {{ ref('map_functional_group') }} as functional on item.source_category_name = functional.source_category_name
