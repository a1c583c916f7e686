-- One row per tier of a contract and span of time over which it is measured, in which something was bought on the contract or of
-- its market basket: what the network bought of what the tier asks for, and what the tier's prices would have taken off it.
-- Years and quarters are fiscal ones. SPEND counts what was bought on the contract in its currency, UNITS its priced units,
-- SHARE the base units of the contract's items within the market basket.
with calendar as (
    select coalesce(min(fiscal_year_first_month), 1) as first_month
    from {{ ref('cfg_fiscal_calendar') }}
),

lengths as (
    select 'MONTH' as measure_period, 1 as month_count
    union all
    select 'QUARTER' as measure_period, 3 as month_count
    union all
    select 'YEAR' as measure_period, 12 as month_count
),

months as (
    select
        day.period,
        min(day.calendar_date) as first_date,
        max(day.calendar_date) as last_date,
        min(day.calendar_year) * 12 + min(day.calendar_month) - min(calendar.first_month) as month_number
    from {{ ref('dim_date') }} as day
    cross join calendar
    group by day.period
),

measured_months as (
    select
        lengths.measure_period,
        months.period,
        months.first_date,
        months.last_date,
        {{ whole_quotient('months.month_number', 'lengths.month_count') }} as span_number
    from months
    cross join lengths
),

spans as (
    select
        measure_period,
        span_number,
        min(first_date) as first_date,
        max(last_date) as last_date
    from measured_months
    group by measure_period, span_number
),

bought as (
    select
        line.bought_line_key,
        line.bought_date,
        line.period,
        line.item_key,
        line.base_qty,
        line.line_amount,
        line.currency_code,
        line.true_contract_price_key,
        line.true_expected_base_unit_price,
        line.true_resolution_rule
    from {{ ref('mart_contract_compliance') }} as line
),

on_contract as (
    select
        bought.*,
        price.contract_key,
        {{ div_exact('bought.base_qty * price.pack_den', 'price.pack_num', 6) }} as unit_qty
    from bought
    inner join {{ ref('dim_contract_price') }} as price on bought.true_contract_price_key = price.contract_price_key
    where bought.true_resolution_rule <> 'OTHER_SUPPLIER'
),

spent as (
    select
        on_contract.contract_key,
        measured_months.measure_period,
        measured_months.span_number,
        min(on_contract.currency_code) as currency_code,
        sum(on_contract.line_amount) as spend_amount,
        sum(on_contract.unit_qty) as unit_qty
    from on_contract
    inner join measured_months on on_contract.period = measured_months.period
    group by on_contract.contract_key, measured_months.measure_period, measured_months.span_number
),

basket as (
    select
        contract_key,
        item_key,
        max(case when is_on_contract then 1 else 0 end) as is_own
    from {{ ref('dim_contract_basket_item') }}
    where item_key <> {{ unknown_key() }}
    group by contract_key, item_key
),

shared as (
    select
        basket.contract_key,
        measured_months.measure_period,
        measured_months.span_number,
        sum(bought.base_qty * basket.is_own) as own_qty,
        sum(bought.base_qty) as basket_qty
    from bought
    inner join basket on bought.item_key = basket.item_key
    inner join measured_months on bought.period = measured_months.period
    group by basket.contract_key, measured_months.measure_period, measured_months.span_number
),

-- What a line would have cost at the prices of each tier of its contract on that day.
at_tier as (
    select
        on_contract.contract_key,
        on_contract.bought_line_key,
        on_contract.period,
        price.tier_number,
        {{ mul_money('on_contract.true_expected_base_unit_price - min(price.base_unit_price)', 'on_contract.base_qty') }}
            as saving_amount
    from on_contract
    inner join {{ ref('dim_contract_price') }} as price
        on
            on_contract.contract_key = price.contract_key
            and on_contract.item_key = price.item_key
            and price.is_current
            and on_contract.bought_date >= price.valid_from_date
            and on_contract.bought_date < price.valid_to_date
    group by
        on_contract.contract_key, on_contract.bought_line_key, on_contract.period, price.tier_number,
        on_contract.true_expected_base_unit_price, on_contract.base_qty
),

savings as (
    select
        at_tier.contract_key,
        at_tier.tier_number,
        measured_months.measure_period,
        measured_months.span_number,
        sum(greatest(at_tier.saving_amount, 0.00)) as saving_amount
    from at_tier
    inner join measured_months on at_tier.period = measured_months.period
    group by at_tier.contract_key, at_tier.tier_number, measured_months.measure_period, measured_months.span_number
),

measured as (
    select
        tier.contract_tier_key,
        tier.contract_key,
        contract.contract_number,
        contract.contract_type,
        contract.supplier_key,
        tier.tier_number,
        tier.requirement_type,
        tier.requirement_threshold,
        tier.measure_period,
        spans.first_date,
        spans.last_date,
        spent.currency_code,
        case tier.requirement_type
            when 'SPEND' then spent.spend_amount
            when 'UNITS' then spent.unit_qty
            when 'SHARE' then shared.own_qty
        end as counted_qty,
        case when tier.requirement_type = 'SHARE' then shared.basket_qty end as basket_qty,
        case
            when tier.requirement_type = 'SPEND' then spent.spend_amount
            when tier.requirement_type = 'UNITS' then spent.unit_qty
            when tier.requirement_type = 'SHARE' then {{ div_exact('100 * shared.own_qty', 'shared.basket_qty', 6) }}
        end as attained,
        coalesce(savings.saving_amount, 0) as saving_amount
    from {{ ref('dim_contract_tier') }} as tier
    inner join {{ ref('dim_contract') }} as contract on tier.contract_key = contract.contract_key and contract.is_current
    inner join spans
        on
            tier.measure_period = spans.measure_period
            and contract.valid_from_date <= spans.last_date
            and spans.first_date < contract.valid_to_date
            and spans.first_date <= {{ as_of_date() }}
    left join spent
        on
            tier.contract_key = spent.contract_key
            and tier.measure_period = spent.measure_period
            and spans.span_number = spent.span_number
    left join shared
        on
            tier.contract_key = shared.contract_key
            and tier.measure_period = shared.measure_period
            and spans.span_number = shared.span_number
    left join savings
        on
            tier.contract_key = savings.contract_key
            and tier.tier_number = savings.tier_number
            and tier.measure_period = savings.measure_period
            and spans.span_number = savings.span_number
    where tier.is_current and (spent.contract_key is not null or shared.contract_key is not null)
)

select
    contract_tier_key,
    contract_key,
    contract_number,
    contract_type,
    supplier_key,
    tier_number,
    requirement_type,
    requirement_threshold,
    measure_period,
    first_date as measured_from_date,
    last_date as measured_to_date,
    last_date < {{ as_of_date() }} as is_over,
    cast(coalesce(counted_qty, 0) as decimal(38, 6)) as counted_qty,
    cast(basket_qty as decimal(38, 6)) as basket_qty,
    cast(coalesce(attained, 0) as decimal(38, 6)) as attained,
    cast(greatest(requirement_threshold - coalesce(attained, 0), 0.0) as decimal(38, 6)) as shortfall,
    coalesce(attained, 0) >= requirement_threshold as is_reached,
    cast(saving_amount as decimal(18, 2)) as tier_saving_amount,
    currency_code
from measured
