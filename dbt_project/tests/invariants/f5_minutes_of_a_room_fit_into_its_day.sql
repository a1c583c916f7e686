{{ config(severity='warn') }}
-- F5: a room has one patient at a time, so that the minutes of its cases fit between the first one in and the last one out of a
-- day. Where they do not, a time was written down wrong, and the minutes that cost is spread by are too many.
select
    times.facility_key,
    times.room_code,
    times.case_date,
    sum(times.in_room_minutes) as in_room_minutes,
    {{ minutes_between('min(operation.in_room_at)', 'max(operation.out_room_at)') }} as open_minutes
from {{ ref('int_case__time') }} as times
inner join {{ ref('fct_case') }} as operation on times.case_key = operation.case_key
where not times.is_cancelled and times.in_room_minutes is not null
group by times.facility_key, times.room_code, times.case_date
having sum(times.in_room_minutes) > {{ minutes_between('min(operation.in_room_at)', 'max(operation.out_room_at)') }} + count(*)
