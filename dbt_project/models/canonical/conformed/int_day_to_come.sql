{{ config(materialized='table') }}
-- One row per day of the calendar after the day as of which is told. What reads it knows which of its rows a new day touches.
select calendar_date
from {{ ref('dim_date') }}
where calendar_date > {{ as_of_date() }}
