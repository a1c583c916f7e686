{{ config(materialized='table') }}
-- One row per month of the calendar until the day as of which is told: its last day, of the last month that day.
select
    period,
    max(calendar_date) as period_end_date,
    max(calendar_date) = {{ as_of_date() }} as is_latest
from {{ ref('dim_date') }}
where calendar_date <= {{ as_of_date() }}
group by period
