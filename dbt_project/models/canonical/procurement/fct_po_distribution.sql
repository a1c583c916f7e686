{{ config(unit=['source_pk']) }}
-- One row per purchase order line and account and cost center that it is charged to. A line that its source does not split
-- has one. What rounding leaves over goes to the last split, so that they sum to the line.
with splits as (
    {{ united('po_distribution') }}
),

line_splits as (
    select
        split.*,
        coalesce(account.gl_account_key, {{ unknown_key() }}) as gl_account_key,
        coalesce(cost_center.cost_center_key, {{ unknown_key() }}) as cost_center_key,
        {{ surrogate_key(['split.source_instance', 'split.po_line_source_pk']) }} as po_line_key,
        row_number() over (
            partition by split.source_instance, split.po_line_source_pk
            order by split.distribution_number desc, split.source_pk desc
        ) as place_from_last
    from splits as split
    {{ ledger_joins('split', 'account', 'cost_center') }}
),

shared as (
    select
        line.po_line_key,
        line.line_amount,
        line.currency_code,
        line.facility_key,
        coalesce(split.distribution_number, 1) as distribution_number,
        coalesce(split.source_pk, line.source_pk) as split_pk,
        coalesce(split.gl_account_key, line.gl_account_key) as gl_account_key,
        coalesce(split.cost_center_key, line.cost_center_key) as cost_center_key,
        coalesce(split.place_from_last, 1) as place_from_last,
        coalesce(split.distribution_pct, 100) as distribution_pct,
        cast(round(line.line_amount * coalesce(split.distribution_pct, 100) * 0.01, 2) as decimal(18, 2)) as share_amount,
        line.source_system,
        line.source_instance,
        {{ audit_columns('line') }}
    from {{ ref('fct_po_line') }} as line
    left join line_splits as split on line.po_line_key = split.po_line_key
)

select
    {{ surrogate_key(['po_line_key', 'distribution_number', 'split_pk']) }} as po_distribution_key,
    po_line_key,
    cast(distribution_number as integer) as distribution_number,
    gl_account_key,
    cost_center_key,
    facility_key,
    cast(distribution_pct as decimal(9, 4)) as distribution_pct,
    cast(case
        when place_from_last = 1
            then line_amount - (sum(share_amount) over (partition by po_line_key) - share_amount)
        else share_amount
    end as decimal(18, 2)) as distribution_amount,
    currency_code,
    source_system,
    source_instance,
    split_pk as source_pk,
    {{ audit_columns('shared') }}
from shared
