{{ config(schema='restricted') }}
-- One row per case: its month, and what its times say on the clock of its facility. The first case of a room and day is on time
-- within a grace; a turnover is the pause since the case before in the same room and day, if it is short enough to be one; of
-- a case, the minutes within prime time are those on working days. Rules: cfg_utilization_policy.
with cases as (
    select
        operation.case_key,
        operation.encounter_key,
        operation.facility_key,
        operation.suite_code,
        operation.room_code,
        operation.is_cancelled,
        operation.case_status,
        operation.in_room_minutes,
        operation.anesthesia_minutes,
        operation.incision_to_close_minutes,
        coalesce(operation.staff_minutes, operation.in_room_minutes) as staff_minutes,
        operation.start_delay_minutes,
        operation.in_room_at,
        operation.out_room_at,
        {{ wall_clock_of('operation.in_room_at', 'facility.timezone') }} as local_in_room_at,
        {{ wall_clock_of('operation.out_room_at', 'facility.timezone') }} as local_out_room_at,
        cast({{ wall_clock_of('coalesce(operation.in_room_at, operation.scheduled_start_at)', 'facility.timezone') }} as date)
            as case_date
    from {{ ref('fct_case') }} as operation
    inner join {{ ref('dim_facility') }} as facility on operation.facility_key = facility.facility_key
),

sequenced as (
    select
        cases.*,
        lag(out_room_at) over (
            partition by facility_key, room_code, case_date order by in_room_at, case_key
        ) as previous_out_room_at,
        row_number() over (partition by facility_key, room_code, case_date order by in_room_at, case_key) as room_sequence
    from cases
    where in_room_at is not null and not is_cancelled
),

ruled as (
    select
        sequenced.*,
        policy.first_case_grace_minutes,
        policy.longest_turnover_minutes,
        not day.is_weekend as is_working_day,
        {{ minutes_between('sequenced.previous_out_room_at', 'sequenced.in_room_at') }} as pause_minutes,
        cast({{ dbt.dateadd('minute', 'policy.prime_time_from_minute', 'cast(sequenced.case_date as timestamp)') }} as timestamp)
            as prime_time_from_at,
        cast({{ dbt.dateadd('minute', 'policy.prime_time_to_minute', 'cast(sequenced.case_date as timestamp)') }} as timestamp)
            as prime_time_to_at
    from sequenced
    inner join {{ ref('dim_date') }} as day on sequenced.case_date = day.calendar_date
    inner join {{ ref('cfg_utilization_policy') }} as policy
        on sequenced.case_date >= policy.valid_from and sequenced.case_date < policy.valid_to
)

select
    cases.case_key,
    cases.encounter_key,
    cases.facility_key,
    {{ period_of('cases.case_date') }} as period,
    cases.case_date,
    cases.suite_code,
    cases.room_code,
    cases.is_cancelled,
    cases.case_status,
    cases.in_room_minutes,
    cases.anesthesia_minutes,
    cases.incision_to_close_minutes,
    cases.staff_minutes,
    case
        when ruled.pause_minutes >= 0 and ruled.pause_minutes <= ruled.longest_turnover_minutes then ruled.pause_minutes
    end as turnover_minutes,
    coalesce(ruled.room_sequence = 1, false) as is_first_case,
    case when ruled.room_sequence = 1 then cases.start_delay_minutes <= ruled.first_case_grace_minutes end
        as is_first_case_on_time,
    coalesce(ruled.is_working_day, false) as is_working_day,
    case
        when
            ruled.is_working_day
            and ruled.local_in_room_at < ruled.prime_time_to_at
            and ruled.local_out_room_at > ruled.prime_time_from_at
            then {{ minutes_between(
                'greatest(ruled.local_in_room_at, ruled.prime_time_from_at)',
                'least(ruled.local_out_room_at, ruled.prime_time_to_at)'
            ) }}
        else cast(0 as decimal(18, 2))
    end as prime_time_minutes
from cases
left join ruled on cases.case_key = ruled.case_key
