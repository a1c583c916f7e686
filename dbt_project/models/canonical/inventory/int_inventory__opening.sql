{{ config(unit=['stock_key']) }}
{%- set sums = [
    ('net_qty', 'decimal(18, 6)'), ('net_amount', 'decimal(18, 2)'), ('demand_qty', 'decimal(18, 6)'),
    ('demand_amount', 'decimal(18, 2)'), ('demand_square', 'decimal(38, 12)'), ('expired_qty', 'decimal(18, 6)'),
    ('expired_amount', 'decimal(18, 2)'),
] %}
-- One row per location, item, ownership and month in which stock moved: what it began with, as sums of everything before, so that
-- a month can be told without those before it.
with months as (
    select
        stock_key,
        period,
        min(movement_date) as first_movement_date,
        {%- for figure, _ in sums %}
        sum({{ figure }}) as {{ figure }},
        {%- endfor %}
        min(case when is_costed then 1 else 0 end) as is_costed
    from {{ ref('int_inventory__movement_day') }}
    group by stock_key, period
)

select
    stock_key,
    period,
    min(first_movement_date) over (partition by stock_key) as first_movement_date,
    coalesce(lead(first_movement_date) over (partition by stock_key order by period), {{ no_end_date() }}) as next_month_date,
    {%- for figure, type in sums %}
    cast(coalesce(sum({{ figure }}) over before, 0) as {{ type }}) as {{ figure }},
    {%- endfor %}
    coalesce(min(is_costed) over before, 1) = 1 as is_costed
from months
window before as (partition by stock_key order by period rows between unbounded preceding and 1 preceding)
