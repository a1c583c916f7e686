-- One row per card: who worked for which department, when, and how it is paid. Times are UTC, by the department's zone.
with current_records as (
    {{ current_version(source('raw_time_attendance', 'time_card')) }}
),

placed_records as (
    select
        current_records.*,
        place.time_zone
    from current_records
    left join {{ ref('map_facility_time_zone') }} as place
        on
            place.source_system = 'time_attendance'
            and substr(current_records.worked_cost_center, 1, length(place.source_code)) = place.source_code
)

select
    worker_key,
    shift_date,
    clocked_in as clocked_in_text,
    {{ text_value('worked_cost_center') }} as worked_cost_center_code,
    {{ text_value('home_cost_center') }} as home_cost_center_code,
    {{ utc_of_wall_clock('started_local_at', 'time_zone') }} as started_at,
    {{ utc_of_wall_clock('ended_local_at', 'time_zone') }} as ended_at,
    {{ is_wall_clock_ambiguous('started_local_at', 'time_zone') }}
    or {{ is_wall_clock_ambiguous('ended_local_at', 'time_zone') }} as is_time_ambiguous,
    cast(hours as decimal(18, 2)) as paid_hours,
    {{ text_value('pay_code') }} as pay_code,
    {{ text_value('job_code') }} as job_code,
    {{ record_columns() }}
from placed_records
