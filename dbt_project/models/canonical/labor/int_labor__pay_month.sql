{{ config(unit=['labor_key']) }}
-- One row per line of a pay run and month in which it was earned. A pay period that lies in two months is split by the hours
-- that the worker worked for the department in each, as time cards say; without any, by days. What corrects an earlier run
-- was earned in the month in which that ended. A run is posted in the month of the last day that it pays.
with lines as (
    select
        labor_key,
        facility_key,
        cost_center_key,
        worker_key,
        coalesce(job_class, {{ unknown_key() }}) as job_class,
        pay_class,
        is_retro,
        labor_amount,
        currency_code,
        {{ period_of('period_end_date') }} as posting_period,
        case when is_retro then coalesce(original_period_end_date, period_end_date) else period_start_date end
            as earned_from_date,
        case when is_retro then coalesce(original_period_end_date, period_end_date) else period_end_date end
            as earned_to_date
    from {{ ref('fct_labor') }}
    where labor_record = 'PAY_LINE'
),

-- Few pay periods, however many lines.
pay_periods as (
    select distinct
        earned_from_date,
        earned_to_date
    from lines
),

spans as (
    select
        pay_period.earned_from_date,
        pay_period.earned_to_date,
        day.period,
        cast(count(*) as decimal(18, 2)) as day_count
    from pay_periods as pay_period
    inner join {{ ref('dim_date') }} as day
        on day.calendar_date between pay_period.earned_from_date and pay_period.earned_to_date
    group by pay_period.earned_from_date, pay_period.earned_to_date, day.period
),

months as (
    select
        lines.*,
        spans.period,
        spans.day_count
    from lines
    inner join spans
        on lines.earned_from_date = spans.earned_from_date and lines.earned_to_date = spans.earned_to_date
),

cards as (
    select
        worker_key,
        cost_center_key,
        period_start_date as shift_date,
        {{ period_of('period_start_date') }} as period,
        sum(shift_hours) as shift_hours
    from {{ ref('fct_labor') }}
    where labor_record = 'TIME_CARD'
    group by worker_key, cost_center_key, period_start_date, {{ period_of('period_start_date') }}
),

worked as (
    select
        months.labor_key,
        months.period,
        sum(card.shift_hours) as shift_hours
    from months
    inner join cards as card
        on
            months.worker_key = card.worker_key
            and months.cost_center_key = card.cost_center_key
            and months.period = card.period
            and card.shift_date between months.earned_from_date and months.earned_to_date
    where not months.is_retro
    group by months.labor_key, months.period
),

weighed as (
    select
        months.*,
        case
            when sum(worked.shift_hours) over (partition by months.labor_key) > 0 then coalesce(worked.shift_hours, 0)
            else months.day_count
        end as month_weight
    from months
    left join worked on months.labor_key = worked.labor_key and months.period = worked.period
),

shared as (
    {{ shared_by_largest_remainder('weighed', ['labor_key'], 'labor_amount', 'month_weight', 'period', scale=2) }}
)

select
    labor_key,
    facility_key,
    cost_center_key,
    worker_key,
    job_class,
    pay_class,
    is_retro,
    period,
    posting_period,
    shared_amount as labor_amount,
    currency_code
from shared
where shared_amount <> 0
