-- One row per source instance and object: when its source answered last, when it last had anything new, and whether that is later
-- than its contract allows. A source that answers and has nothing new is quiet, one that does not answer is late or broken.
{%- set volume_days = 28 %}
with loads as (
    select
        object_load.*,
        row_number() over (
            partition by source_instance, object_name
            order by load_id desc
        ) as load_rank
    from {{ ref('stg_ops__object_load') }} as object_load
),

summed as (
    select
        source_instance,
        source_system,
        object_name,
        max(case when has_answered then finished_at end) as last_answer_at,
        max(case when landed_count > 0 then finished_at end) as last_new_record_at,
        max(read_until_at) as last_event_at,
        max(case when load_rank = 1 then finished_at end) as last_load_at,
        min(case when load_rank = 1 and not has_answered then 0 else 1 end) = 1 as has_answered_last,
        min(case when load_rank = 1 and not is_complete then 0 else 1 end) = 1 as is_complete,
        cast(sum(case when load_rank = 1 then landed_count else 0 end) as bigint) as last_landed_count,
        cast(sum(case
            when finished_at > {{ dbt.dateadd('day', -volume_days, as_of_at()) }} then landed_count else 0
        end) as bigint) as landed_count_28
    from loads
    group by source_instance, source_system, object_name
),

waiting as (
    select
        source_instance,
        object_name,
        cast(count(*) as bigint) as quarantined_count,
        min(first_seen_at) as quarantined_since_at
    from {{ ref('stg_ops__quarantined_record') }}
    where is_open
    group by source_instance, object_name
),

judged as (
    select
        summed.*,
        agreed.owner_role,
        cast({{ div_exact('agreed.freshness_seconds', '3600', 2) }} as decimal(18, 2)) as agreed_hours,
        {{ hours_between('summed.last_answer_at', as_of_at()) }} as hours_since_answer,
        {{ hours_between('summed.last_new_record_at', as_of_at()) }} as hours_since_new_record
    from summed
    left join {{ ref('stg_ops__agreed_object') }} as agreed
        on summed.source_system = agreed.source_system and summed.object_name = agreed.object_name
)

select
    {{ surrogate_key(['judged.source_instance', 'judged.object_name']) }} as freshness_key,
    judged.source_instance,
    judged.source_system,
    judged.object_name,
    judged.owner_role,
    case
        when not judged.has_answered_last then 'BROKEN'
        when judged.hours_since_answer > judged.agreed_hours then 'LATE'
        when not judged.is_complete then 'INCOMPLETE'
        when judged.last_new_record_at is null or judged.hours_since_new_record > judged.agreed_hours then 'QUIET'
        else 'FRESH'
    end as freshness_status,
    judged.agreed_hours,
    judged.hours_since_answer,
    judged.hours_since_new_record,
    coalesce(judged.hours_since_answer > judged.agreed_hours, false) as is_late,
    judged.last_load_at,
    judged.last_answer_at,
    judged.last_new_record_at,
    judged.last_event_at,
    judged.last_landed_count,
    judged.landed_count_28,
    coalesce(waiting.quarantined_count, 0) as quarantined_count,
    waiting.quarantined_since_at,
    {{ as_of_at() }} as as_of_at,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from judged
left join waiting on judged.source_instance = waiting.source_instance and judged.object_name = waiting.object_name
