-- One row per source instance and object: when its source answered last, when it last had anything new, and whether that is later
-- than its contract allows. A source that answers and has nothing new is quiet, one that does not answer is late or broken.
{%- set volume_days = 28 %}
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
        {{ hours_between('state.last_new_record_at', as_of_at()) }} as hours_since_new_record
    from {{ ref('int_load__object_state') }} as state
    left join recent on state.source_instance = recent.source_instance and state.object_name = recent.object_name
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
        when last_new_record_at is null or hours_since_new_record > agreed_hours then 'QUIET'
        else 'FRESH'
    end as freshness_status,
    agreed_hours,
    hours_since_answer,
    hours_since_new_record,
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
