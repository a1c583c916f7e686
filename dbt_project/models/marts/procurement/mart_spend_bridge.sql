{{ config(materialized='table') }}
-- One row per company, item class, month and month that it is compared with (the month before, the same month a year ago): why
-- spend on goods changed. Volume is the change of quantity at the earlier average price, price the change of each item's price at
-- the later quantity, mix what is left of the items that were bought in both; items bought in one of them only are new or gone.
-- The five sum to the change.
{%- set comparisons = {'PRIOR_MONTH': 1, 'PRIOR_YEAR': 12} %}
with item_months as (
    select
        line.company_key,
        line.item_class,
        line.item_key,
        {{ period_of('line.posting_date') }} as period,
        line.functional_currency_code,
        sum(line.base_qty) as base_qty,
        sum(line.spend_gross_amount + line.credit_amount) as spend_amount
    from {{ ref('int_spend__line') }} as line
    where line.base_qty is not null and line.item_key <> {{ unknown_key() }}
    group by
        line.company_key, line.item_class, line.item_key, {{ period_of('line.posting_date') }}, line.functional_currency_code
),

months as (
    select distinct
        calendar_year * 12 + calendar_month as month_number,
        period
    from {{ ref('dim_date') }}
),

bought as (
    select
        item_months.*,
        months.month_number
    from item_months
    inner join months on item_months.period = months.period
),

last_month as (
    select max(month_number) as month_number from bought
),

pairs as (
    {%- for name, months_before in comparisons.items() %}
    select
        '{{ name }}' as comparison,
        coalesce(later.company_key, earlier.company_key) as company_key,
        coalesce(later.item_class, earlier.item_class) as item_class,
        coalesce(later.item_key, earlier.item_key) as item_key,
        coalesce(later.functional_currency_code, earlier.functional_currency_code) as functional_currency_code,
        coalesce(later.month_number, earlier.month_number + {{ months_before }}) as month_number,
        coalesce(earlier.base_qty, 0) as earlier_qty,
        coalesce(later.base_qty, 0) as later_qty,
        coalesce(earlier.spend_amount, 0) as earlier_amount,
        coalesce(later.spend_amount, 0) as later_amount
    from bought as later
    full outer join bought as earlier
        on
            later.company_key = earlier.company_key
            and later.item_class = earlier.item_class
            and later.item_key = earlier.item_key
            and later.functional_currency_code = earlier.functional_currency_code
            and later.month_number = earlier.month_number + {{ months_before }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- Net quantities at or below zero have no price: such an item counts as one bought in the other month only.
by_item as (
    select
        pairs.*,
        earlier_qty > 0 and later_qty > 0 as is_in_both,
        case
            when earlier_qty > 0 and later_qty > 0
                then later_amount - {{ div_exact('cast(earlier_amount as decimal(38, 6)) * later_qty', 'earlier_qty', 2) }}
        end as price_amount
    from pairs
),

by_class as (
    select
        comparison,
        company_key,
        item_class,
        functional_currency_code,
        month_number,
        sum(earlier_amount) as earlier_amount,
        sum(later_amount) as later_amount,
        sum(case when is_in_both then earlier_amount else 0 end) as earlier_both_amount,
        sum(case when is_in_both then later_amount else 0 end) as later_both_amount,
        sum(case when is_in_both then earlier_qty else 0 end) as earlier_both_qty,
        sum(case when is_in_both then later_qty else 0 end) as later_both_qty,
        sum(coalesce(price_amount, 0)) as price_amount,
        sum(case when not is_in_both then later_amount else 0 end) as new_amount,
        -sum(case when not is_in_both then earlier_amount else 0 end) as discontinued_amount
    from by_item
    group by comparison, company_key, item_class, functional_currency_code, month_number
),

with_volume as (
    select
        by_class.*,
        coalesce({{ div_exact(
            'cast(earlier_both_amount as decimal(38, 6)) * (later_both_qty - earlier_both_qty)', 'earlier_both_qty', 2
        ) }}, 0) as volume_amount
    from by_class
)

select
    {{ surrogate_key([
        'change.comparison', 'change.company_key', 'change.item_class', 'change.functional_currency_code', 'months.period'
    ]) }} as spend_bridge_key,
    months.period,
    change.comparison,
    change.company_key,
    change.item_class,
    cast(change.earlier_amount as decimal(18, 2)) as earlier_spend_amount,
    cast(change.later_amount as decimal(18, 2)) as spend_amount,
    cast(change.volume_amount as decimal(18, 2)) as volume_amount,
    cast(change.price_amount as decimal(18, 2)) as price_amount,
    cast(change.later_both_amount - change.earlier_both_amount - change.volume_amount - change.price_amount as decimal(18, 2))
        as mix_amount,
    cast(change.new_amount as decimal(18, 2)) as new_item_amount,
    cast(change.discontinued_amount as decimal(18, 2)) as discontinued_item_amount,
    change.functional_currency_code,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from with_volume as change
inner join months on change.month_number = months.month_number
inner join last_month on change.month_number <= last_month.month_number
