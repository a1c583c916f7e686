-- One row per day of the calendar.
with numbers as (
    select cast(series.generated_number as integer) as day_number
    from ({{ dbt.generate_series(var('calendar')['days']) }}) as series
),

days as (
    select
        cast(
            {{ dbt.dateadd('day', 'day_number - 1', "cast('" ~ var('calendar')['first_date'] ~ "' as date)") }} as date
        ) as calendar_date
    from numbers
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
