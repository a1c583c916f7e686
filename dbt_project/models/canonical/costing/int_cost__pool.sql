{{ config(unit=['facility_key', 'period']) }}
-- One row per facility, month, cost center and kind of cost: the department's cost after reclassification, before anything
-- is traced, allocated or spread.
with entries as (
    select
        facility_key,
        period,
        cost_center_key,
        cost_component,
        currency_code,
        ledger_amount,
        cast(0 as decimal(18, 2)) as reclassified_amount
    from {{ ref('int_cost__ledger') }}
    union all
    select
        facility_key,
        period,
        from_cost_center_key,
        cost_component,
        currency_code,
        cast(0 as decimal(18, 2)) as ledger_amount,
        -moved_amount as reclassified_amount
    from {{ ref('int_cost__reclassification') }}
    union all
    select
        facility_key,
        period,
        to_cost_center_key,
        cost_component,
        currency_code,
        cast(0 as decimal(18, 2)) as ledger_amount,
        moved_amount as reclassified_amount
    from {{ ref('int_cost__reclassification') }}
)

select
    facility_key,
    period,
    cost_center_key,
    cost_component,
    currency_code,
    cast(sum(ledger_amount) as decimal(18, 2)) as ledger_amount,
    cast(sum(reclassified_amount) as decimal(18, 2)) as reclassified_amount,
    cast(sum(ledger_amount) + sum(reclassified_amount) as decimal(18, 2)) as pool_amount
from entries
group by facility_key, period, cost_center_key, cost_component, currency_code
