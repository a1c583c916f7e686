-- One row per day of the calendar.
with days as (
    select
        cast(
            {{ dbt.dateadd('day', 'series.day_number - 1', "cast('" ~ var('calendar_first_date') ~ "' as date)") }} as date
        ) as calendar_date
    from generate_series(1, {{ var('calendar_days') }}) as series (day_number)
),

parts as (
    select
        calendar_date,
        cast(extract(year from calendar_date) as integer) as calendar_year,
        cast(extract(month from calendar_date) as integer) as calendar_month,
        cast(extract(day from calendar_date) as integer) as day_of_month,
        cast(extract(isodow from calendar_date) as integer) as day_of_week
    from days
)

select
    calendar_date,
    calendar_year,
    calendar_month,
    {{ period_of('calendar_date') }} as period,
    day_of_month,
    day_of_week,
    day_of_week > 5 as is_weekend
from parts
