-- One row per source instance and object: when its source answered last, when it last had anything new, and whether that is
-- later than its contract allows. A source that does not answer is late or broken. An object that answers and has nothing new is
-- quiet; when nothing at all of its source is new, for longer than agreed and by half longer than ever in four weeks, the source
-- is silent.
{%- set volume_days = 28 %}
{%- set fewest_silences = 5 %}
with recent as (
    select
        source_instance,
        object_name,
        sum(landed_count) as landed_count_28
    from {{ ref('int_load__day') }}
    where load_date > {{ days_after(as_of_date(), -volume_days) }}
    group by source_instance, object_name
),

judged as (
    select
        state.*,
        coalesce(recent.landed_count_28, 0) as landed_count_28,
        {{ hours_between('state.last_answer_at', as_of_at()) }} as hours_since_answer,
        {{ hours_between('state.last_new_record_at', as_of_at()) }} as hours_since_new_record,
        {{ hours_between('habit.last_new_record_at', as_of_at()) }} as silent_hours,
        habit.usual_silence_hours,
        habit.silence_count
    from {{ ref('int_load__object_state') }} as state
    left join recent on state.source_instance = recent.source_instance and state.object_name = recent.object_name
    left join {{ ref('int_load__instance_habit') }} as habit on state.source_instance = habit.source_instance
)

select
    {{ surrogate_key(['source_instance', 'object_name']) }} as freshness_key,
    source_instance,
    source_system,
    object_name,
    owner_role,
    case
        when not has_answered_last then 'BROKEN'
        when hours_since_answer > agreed_hours then 'LATE'
        when not is_complete then 'INCOMPLETE'
        when
            silence_count >= {{ fewest_silences }}
            and silent_hours > agreed_hours
            and 2 * silent_hours > 3 * usual_silence_hours
            then 'SILENT'
        when last_new_record_at is null or hours_since_new_record > agreed_hours then 'QUIET'
        else 'FRESH'
    end as freshness_status,
    agreed_hours,
    hours_since_answer,
    hours_since_new_record,
    silent_hours,
    usual_silence_hours,
    coalesce(hours_since_answer > agreed_hours, false) as is_late,
    last_load_at,
    last_answer_at,
    last_new_record_at,
    last_event_at,
    last_landed_count,
    cast(landed_count_28 as bigint) as landed_count_28,
    quarantined_count,
    quarantined_since_at,
    {{ as_of_at() }} as as_of_at,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from judged
