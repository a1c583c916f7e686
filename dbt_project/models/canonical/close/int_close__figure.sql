{{ config(materialized='table') }}
-- One row per figure, company, facility, month, subject and category: what is known now of a month, its books closed or not.
-- SPEND by supplier and class of item; GR_IR, open at the month's end, by supplier; INVENTORY, owned and on hand at the month's
-- end, by location; each kind of cost, NET_REVENUE and GROSS_CHARGE by service line and class of patient. A month of a company
-- has a row of each figure, be it of nothing: so what comes late into a month of nothing is late too.
with months as (
    select
        period,
        max(calendar_date) as period_end_date
    from {{ ref('dim_date') }}
    where calendar_date <= {{ as_of_date() }}
    group by period
),

facility_companies as (
    select
        facility.facility_key,
        facility.company_key,
        company.functional_currency_code as currency_code
    from {{ ref('int_facility_company') }} as facility
    left join {{ ref('dim_company') }} as company on facility.company_key = company.company_key
),

posted_months as (
    select distinct
        line.company_key,
        {{ period_of('period.start_date') }} as period
    from {{ ref('fct_gl_line') }} as line
    inner join {{ ref('dim_fiscal_period') }} as period on line.fiscal_period_key = period.fiscal_period_key
),

told as (
    select
        'SPEND' as figure,
        company_key,
        facility_key,
        {{ period_of('posting_date') }} as period,
        supplier_key as member_key,
        item_class as category,
        functional_currency_code as currency_code,
        spend_net_amount as amount
    from {{ ref('int_spend__line') }}
    union all
    select
        'GR_IR' as figure,
        line.company_key,
        line.facility_key,
        months.period,
        line.supplier_key as member_key,
        {{ unknown_key() }} as category,
        line.currency_code,
        balance.open_amount as amount
    from {{ ref('int_grir__balance') }} as balance
    inner join months
        on balance.period <= months.period and (balance.next_period is null or months.period < balance.next_period)
    inner join {{ ref('fct_po_line') }} as line on balance.po_line_key = line.po_line_key
    where balance.open_amount <> 0
    union all
    select
        'INVENTORY' as figure,
        coalesce(owner.company_key, {{ unknown_key() }}) as company_key,
        days.facility_key,
        months.period,
        days.location_key as member_key,
        {{ unknown_key() }} as category,
        coalesce(days.currency_code, {{ unknown_key() }}) as currency_code,
        days.on_hand_amount as amount
    from {{ ref('int_inventory__day') }} as days
    inner join months
        on days.movement_date <= months.period_end_date and months.period_end_date < days.next_movement_date
    left join facility_companies as owner on days.facility_key = owner.facility_key
    where days.ownership = 'OWNED' and days.is_costed
    union all
    select
        cost.cost_measure as figure,
        coalesce(owner.company_key, {{ unknown_key() }}) as company_key,
        cost.facility_key,
        cost.period,
        cost.service_line_key as member_key,
        cost.patient_class as category,
        coalesce(owner.currency_code, {{ unknown_key() }}) as currency_code,
        cost.amount
    from {{ ref('int_close__service_line') }} as cost
    left join facility_companies as owner on cost.facility_key = owner.facility_key
),

of_every_month as (
    select
        figures.figure,
        posted_months.company_key,
        {{ unknown_key() }} as facility_key,
        posted_months.period,
        {{ unknown_key() }} as member_key,
        {{ unknown_key() }} as category,
        {{ unknown_key() }} as currency_code,
        0 as amount,
        0 as row_count
    from posted_months
    cross join (select distinct told.figure from told) as figures
    union all
    select
        told.*,
        1 as row_count
    from told
    where told.period is not null
),

summed as (
    select
        figure,
        company_key,
        facility_key,
        period,
        member_key,
        category,
        currency_code,
        sum(amount) as amount,
        sum(row_count) as row_count
    from of_every_month
    group by figure, company_key, facility_key, period, member_key, category, currency_code
),

closes as (
    select
        company_key,
        {{ period_of('start_date') }} as period,
        max(close_date) as close_date,
        max(case when is_closed or close_date < {{ as_of_date() }} then 1 else 0 end) = 1 as is_closed
    from {{ ref('dim_fiscal_period') }}
    where not is_adjustment
    group by company_key, {{ period_of('start_date') }}
)

select
    {{ surrogate_key([
        'summed.figure', 'summed.company_key', 'summed.facility_key', 'summed.period', 'summed.member_key', 'summed.category',
        'summed.currency_code'
    ]) }} as period_figure_key,
    summed.figure,
    summed.company_key,
    summed.facility_key,
    summed.period,
    closes.close_date,
    coalesce(closes.is_closed, false) as is_closed,
    summed.member_key,
    summed.category,
    summed.currency_code,
    cast(summed.amount as decimal(18, 2)) as amount,
    cast(summed.row_count as integer) as row_count
from summed
left join closes on summed.company_key = closes.company_key and summed.period = closes.period
