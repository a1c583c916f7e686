{{ config(materialized='table', unit=['company_key', 'period']) }}
-- One row per purchase order line and month end at which goods are received and not invoiced, or invoiced and not received, and
-- per month in which something happened to the line. Amounts are at the order's price, in its currency. An open amount above
-- zero is owed and not billed: the accrual that is proposed; one below zero was billed before anything came.
with at_month_end as (
    select
        balance.*,
        month_ends.period as as_of_period,
        month_ends.period_end_date,
        month_ends.period = balance.period as is_month_of_event
    from {{ ref('int_grir__balance') }} as balance
    inner join {{ ref('int_month_end') }} as month_ends
        on
            balance.period <= month_ends.period
            and (balance.next_period is null or month_ends.period < balance.next_period)
    where balance.open_amount <> 0 or coalesce(balance.open_base_qty, 0) <> 0 or month_ends.period = balance.period
)

select
    balance.po_line_key,
    balance.as_of_period as period,
    balance.period_end_date,
    line.po_number,
    line.line_number,
    line.company_key,
    line.facility_key,
    line.supplier_key,
    line.item_key,
    line.item_class,
    cast(case when balance.is_month_of_event then balance.received_base_qty else 0 end as decimal(18, 6)) as received_base_qty,
    cast(case when balance.is_month_of_event then balance.returned_base_qty else 0 end as decimal(18, 6)) as returned_base_qty,
    cast(case when balance.is_month_of_event then balance.invoiced_base_qty else 0 end as decimal(18, 6)) as invoiced_base_qty,
    cast(case when balance.is_month_of_event then balance.received_amount else 0 end as decimal(18, 2)) as received_amount,
    cast(case when balance.is_month_of_event then balance.invoiced_amount else 0 end as decimal(18, 2)) as invoiced_amount,
    balance.open_base_qty as grir_base_qty,
    balance.open_amount as grir_amount,
    cast(greatest(balance.open_amount, 0) as decimal(18, 2)) as proposed_accrual_amount,
    case
        when balance.open_amount > 0 then 'RECEIVED_NOT_INVOICED'
        when balance.open_amount < 0 then 'INVOICED_NOT_RECEIVED'
        else 'EVEN'
    end as grir_status,
    balance.open_since_date,
    cast({{ dbt.datediff('balance.open_since_date', 'balance.period_end_date', 'day') }} as integer) as days_open,
    bucket.bucket_name as age_bucket,
    coalesce(bucket.is_stale, false) as is_stale,
    line.currency_code,
    line.source_instance,
    coalesce(completeness.is_data_complete, false) as is_data_complete,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from at_month_end as balance
inner join {{ ref('fct_po_line') }} as line on balance.po_line_key = line.po_line_key
left join {{ ref('cfg_age_bucket') }} as bucket
    on
        bucket.subject = 'GR_IR'
        and {{ dbt.datediff('balance.open_since_date', 'balance.period_end_date', 'day') }} >= bucket.from_days
        and {{ dbt.datediff('balance.open_since_date', 'balance.period_end_date', 'day') }} < bucket.to_days
left join {{ ref('int_source_completeness') }} as completeness on line.source_instance = completeness.source_instance
