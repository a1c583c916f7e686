{{ config(unit=['item_key']) }}
-- One row per item, place and stay of its price: what a base unit of it costs when it is used. STANDARD: what stock is carried
-- at in the books of its place. ORDER: what was paid, as the average of the orders of a month, until the next month with an
-- order; the first price holds for all time before. A place is a facility, or `*` for all facilities together.
with standards as (
    select
        item_key,
        facility_key,
        base_unit_price,
        currency_code,
        row_number() over (
            partition by item_key, facility_key order by valid_from desc, source_instance asc, source_pk asc
        ) as standard_rank
    from {{ ref('fct_item_valuation') }}
    where price_basis = 'STANDARD' and not is_deleted and base_unit_price > 0 and item_key <> {{ unknown_key() }}
),

ordered as (
    select
        item_key,
        facility_key,
        {{ period_of('order_date') }} as period,
        base_qty,
        mul.line_price,
        currency_code
    from (
        select
            line.*,
            {{ mul_money('line.base_qty', 'line.base_unit_price') }} as line_price
        from {{ ref('fct_po_line') }} as line
    ) as mul
    where
        item_key <> {{ unknown_key() }}
        and not is_cancelled
        and base_qty > 0
        and base_unit_price > 0
        and order_date is not null
),

by_place as (
    select
        item_key,
        facility_key,
        period,
        base_qty,
        line_price,
        currency_code
    from ordered
    union all
    select
        item_key,
        '*' as facility_key,
        period,
        base_qty,
        line_price,
        currency_code
    from ordered
),

monthly as (
    select
        item_key,
        facility_key,
        currency_code,
        period,
        cast({{ div_exact('sum(line_price)', 'sum(base_qty)') }} as decimal(18, 6)) as base_unit_price,
        row_number() over (partition by item_key, facility_key, currency_code order by period) as month_rank,
        lead(period) over (partition by item_key, facility_key, currency_code order by period) as next_period
    from by_place
    group by item_key, facility_key, currency_code, period
),

final as (
    select
        item_key,
        facility_key,
        'STANDARD' as price_basis,
        base_unit_price,
        currency_code,
        cast('1900-01' as {{ dbt.type_string() }}) as from_period,
        cast('9999-12' as {{ dbt.type_string() }}) as to_period
    from standards
    where standard_rank = 1
    union all
    select
        item_key,
        facility_key,
        'ORDER' as price_basis,
        base_unit_price,
        currency_code,
        case when month_rank = 1 then '1900-01' else period end as from_period,
        coalesce(next_period, '9999-12') as to_period
    from monthly
)

select * from final
