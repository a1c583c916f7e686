{{ config(unit=['invoice_line_key']) }}
-- One row per invoice line and accounting distribution: the grain of the spend cube. A line that its source does not split
-- has one. Cents that the splits of a line leave over go to its last one, so that they sum to the line.
with splits as (
    {{ united('invoice_distribution') }}
),

line_splits as (
    select
        {{ surrogate_key(['split.source_instance', 'split.line_reference']) }} as invoice_line_key,
        split.distribution_number,
        split.distribution_amount,
        coalesce(account.gl_account_key, {{ unknown_key() }}) as gl_account_key,
        coalesce(cost_center.cost_center_key, {{ unknown_key() }}) as cost_center_key,
        row_number() over (
            partition by split.source_instance, split.line_reference order by split.distribution_number desc
        ) as place_from_last,
        sum(split.distribution_amount) over (
            partition by split.source_instance, split.line_reference
        ) as split_amount
    from splits as split
    {{ ledger_joins('split', 'account', 'cost_center') }}
),

placed as (
    select
        line.*,
        coalesce(split.distribution_number, 1) as distribution_number,
        coalesce(split.gl_account_key, line.gl_account_key) as split_account_key,
        coalesce(split.cost_center_key, line.cost_center_key) as split_cost_center_key,
        cast(case
            when split.invoice_line_key is null then line.line_amount
            when split.place_from_last = 1
                then split.distribution_amount + line.line_amount - split.split_amount
            else split.distribution_amount
        end as decimal(18, 2)) as distribution_amount
    from {{ ref('fct_invoice_line') }} as line
    left join line_splits as split on line.invoice_line_key = split.invoice_line_key
),

in_functional_currency as (
    select
        placed.*,
        cast(case
            when line_amount = distribution_amount then functional_amount
            else {{ div_exact(
                'cast(functional_amount as decimal(38, 2)) * cast(distribution_amount as decimal(18, 2))', 'line_amount',
                scale=2, operand_scale=4
            ) }}
        end as decimal(18, 2)) as rounded_amount,
        row_number() over (partition by invoice_line_key order by distribution_number desc) as place_from_last
    from placed
),

with_others as (
    select
        in_functional_currency.*,
        sum(rounded_amount) over (partition by invoice_line_key) - rounded_amount as other_amount
    from in_functional_currency
)

select
    {{ surrogate_key(['invoice_line_key', 'distribution_number']) }} as invoice_distribution_key,
    invoice_line_key,
    cast(distribution_number as integer) as distribution_number,
    split_account_key as gl_account_key,
    split_cost_center_key as cost_center_key,
    facility_key,
    cast(case
        when line_amount = distribution_amount then 100
        else {{ div_exact('distribution_amount * 100', 'line_amount', scale=4, operand_scale=2) }}
    end as decimal(9, 4)) as distribution_pct,
    distribution_amount,
    cast(case
        when place_from_last = 1 then functional_amount - other_amount else rounded_amount
    end as decimal(18, 2)) as functional_amount,
    currency_code,
    functional_currency_code,
    source_system,
    source_instance,
    source_pk,
    {{ audit_columns('with_others') }}
from with_others
