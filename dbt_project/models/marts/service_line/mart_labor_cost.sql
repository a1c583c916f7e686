{{ config(materialized='table') }}
-- One row per department that was worked for, job class, component of pay and month: hours as time cards say, by the day of
-- the shift; pay by the month in which it was earned. What was earned and not posted yet is accrued, and reversed in the
-- month in which it is; so posted = earned - accrued + reversed, and either sums to the register. Nobody's pay can be read:
-- of fewer than five workers, components, job classes and departments are pooled, and what pools would leave so few is pooled
-- with them.
with entries as (
    select
        facility_key,
        cost_center_key,
        worker_key,
        coalesce(job_class, {{ unknown_key() }}) as job_class,
        pay_class,
        {{ period_of('period_start_date') }} as period,
        case when is_productive then shift_hours else 0 end as productive_hours,
        case when is_productive then 0 else shift_hours end as nonproductive_hours,
        case when pay_class = 'OVERTIME' then shift_hours else 0 end as overtime_hours,
        case when pay_class = 'AGENCY' then shift_hours else 0 end as agency_hours,
        cast(0 as decimal(18, 2)) as labor_amount,
        cast(0 as decimal(18, 2)) as accrued_amount,
        cast(0 as decimal(18, 2)) as reversed_amount,
        cast(0 as decimal(18, 2)) as retro_amount,
        {{ no_text() }} as currency_code
    from {{ ref('fct_labor') }}
    where labor_record = 'TIME_CARD'
    union all
    select
        facility_key,
        cost_center_key,
        worker_key,
        job_class,
        pay_class,
        period,
        cast(0 as decimal(18, 2)) as productive_hours,
        cast(0 as decimal(18, 2)) as nonproductive_hours,
        cast(0 as decimal(18, 2)) as overtime_hours,
        cast(0 as decimal(18, 2)) as agency_hours,
        labor_amount,
        case when posting_period > period then labor_amount else 0 end as accrued_amount,
        cast(0 as decimal(18, 2)) as reversed_amount,
        case when is_retro then labor_amount else 0 end as retro_amount,
        currency_code
    from {{ ref('int_labor__pay_month') }}
    union all
    select
        facility_key,
        cost_center_key,
        worker_key,
        job_class,
        pay_class,
        posting_period as period,
        cast(0 as decimal(18, 2)) as productive_hours,
        cast(0 as decimal(18, 2)) as nonproductive_hours,
        cast(0 as decimal(18, 2)) as overtime_hours,
        cast(0 as decimal(18, 2)) as agency_hours,
        cast(0 as decimal(18, 2)) as labor_amount,
        cast(0 as decimal(18, 2)) as accrued_amount,
        labor_amount as reversed_amount,
        cast(0 as decimal(18, 2)) as retro_amount,
        currency_code
    from {{ ref('int_labor__pay_month') }}
    where posting_period > period
),

centers as (
    select
        facility_key,
        period,
        cost_center_key,
        {{ is_small_cell(
            'worker_count', ['facility_key', 'period'], ['cost_center_key'], var('fewest_workers')
        ) }} as is_pooled
    from (
        select
            facility_key,
            period,
            cost_center_key,
            count(distinct worker_key) as worker_count
        from entries
        group by facility_key, period, cost_center_key
    ) as counted
),

jobs as (
    select
        facility_key,
        period,
        cost_center_key,
        job_class,
        {{ is_small_cell(
            'worker_count', ['facility_key', 'period', 'cost_center_key'], ['job_class'], var('fewest_workers')
        ) }} as is_pooled
    from (
        select
            facility_key,
            period,
            cost_center_key,
            job_class,
            count(distinct worker_key) as worker_count
        from entries
        group by facility_key, period, cost_center_key, job_class
    ) as counted
),

placed as (
    select
        entries.*,
        case when centers.is_pooled then 'POOLED' else entries.cost_center_key end as shown_cost_center_key,
        case when centers.is_pooled or jobs.is_pooled then 'POOLED' else entries.job_class end as shown_job_class
    from entries
    inner join centers
        on
            entries.facility_key = centers.facility_key
            and entries.period = centers.period
            and entries.cost_center_key = centers.cost_center_key
    inner join jobs
        on
            entries.facility_key = jobs.facility_key
            and entries.period = jobs.period
            and entries.cost_center_key = jobs.cost_center_key
            and entries.job_class = jobs.job_class
),

components as (
    select
        facility_key,
        period,
        shown_cost_center_key,
        shown_job_class,
        pay_class,
        {{ is_small_cell(
            'worker_count', ['facility_key', 'period', 'shown_cost_center_key', 'shown_job_class'], ['pay_class'],
            var('fewest_workers')
        ) }} as is_pooled
    from (
        select
            facility_key,
            period,
            shown_cost_center_key,
            shown_job_class,
            pay_class,
            count(distinct worker_key) as worker_count
        from placed
        group by facility_key, period, shown_cost_center_key, shown_job_class, pay_class
    ) as counted
),

-- A facility of fewer than five workers has nothing to pool them with.
summed as (
    select
        placed.facility_key,
        placed.shown_cost_center_key,
        placed.shown_job_class,
        case when components.is_pooled then 'POOLED' else placed.pay_class end as pay_component,
        placed.period,
        count(distinct placed.worker_key) >= {{ var('fewest_workers') }} as is_shown,
        {%- for measure in [
            'productive_hours', 'nonproductive_hours', 'overtime_hours', 'agency_hours', 'labor_amount', 'accrued_amount',
            'reversed_amount', 'retro_amount'
        ] %}
        sum(placed.{{ measure }}) as {{ measure }},
        {%- endfor %}
        min(placed.currency_code) as currency_code
    from placed
    inner join components
        on
            placed.facility_key = components.facility_key
            and placed.period = components.period
            and placed.shown_cost_center_key = components.shown_cost_center_key
            and placed.shown_job_class = components.shown_job_class
            and placed.pay_class = components.pay_class
    group by
        placed.facility_key,
        placed.shown_cost_center_key,
        placed.shown_job_class,
        case when components.is_pooled then 'POOLED' else placed.pay_class end,
        placed.period
),

months as (
    select
        period,
        cast(8 * sum(case when is_weekend then 0 else 1 end) as decimal(18, 2)) as full_time_hours
    from {{ ref('dim_date') }}
    group by period
),

-- Hours alone have no currency: that of the facility's ledger.
currencies as (
    select
        facility_key,
        min(currency_code) as currency_code
    from {{ ref('int_cost__department') }}
    group by facility_key
)

select
    summed.facility_key,
    summed.shown_cost_center_key as cost_center_key,
    center.cost_center_code,
    center.cost_center_name,
    summed.shown_job_class as job_class,
    summed.pay_component,
    summed.period,
    not summed.is_shown as is_small_cell,
    {%- for hours in ['productive', 'nonproductive', 'overtime', 'agency'] %}
    cast(case when summed.is_shown then summed.{{ hours }}_hours end as decimal(18, 2)) as {{ hours }}_hours,
    {%- endfor %}
    months.full_time_hours,
    cast(
        case when summed.is_shown then {{ div_exact('summed.productive_hours', 'months.full_time_hours', 4) }} end
        as decimal(18, 4)
    ) as worked_fte,
    cast(case when summed.is_shown then {{ div_exact(
        'summed.productive_hours + summed.nonproductive_hours', 'months.full_time_hours', 4
    ) }} end as decimal(18, 4)) as paid_fte,
    {%- for amount in ['labor', 'accrued', 'reversed', 'retro'] %}
    cast(case when summed.is_shown then summed.{{ amount }}_amount end as decimal(18, 2)) as {{ amount }}_amount,
    {%- endfor %}
    cast(
        case when summed.is_shown then summed.labor_amount - summed.accrued_amount + summed.reversed_amount end
        as decimal(18, 2)
    ) as posted_amount,
    cast(case when summed.is_shown then {{ div_exact(
        'summed.labor_amount', 'summed.productive_hours + summed.nonproductive_hours', 4
    ) }} end as decimal(18, 4)) as labor_amount_per_hour,
    volume.service_unit,
    volume.service_qty,
    cast(
        case when summed.is_shown then {{ div_exact('summed.productive_hours', 'volume.service_qty', 6) }} end
        as decimal(18, 6)
    ) as productive_hours_per_unit,
    cast(case when summed.is_shown then {{ div_exact('summed.labor_amount', 'volume.service_qty', 4) }} end as decimal(18, 4))
        as labor_amount_per_unit,
    coalesce(summed.currency_code, currencies.currency_code) as currency_code
from summed
inner join months on summed.period = months.period
left join {{ ref('dim_cost_center') }} as center on summed.shown_cost_center_key = center.cost_center_key
left join currencies on summed.facility_key = currencies.facility_key
left join {{ ref('int_labor__volume') }} as volume
    on
        summed.facility_key = volume.facility_key
        and summed.period = volume.period
        and summed.shown_cost_center_key = volume.cost_center_key
