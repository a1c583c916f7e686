-- One row per source instance and object that was ever loaded: how its loads ended, what its contract promises, what waits.
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
        cast(sum(case when load_rank = 1 then landed_count else 0 end) as bigint) as last_landed_count
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
)

select
    summed.*,
    agreed.owner_role,
    cast({{ div_exact('agreed.freshness_seconds', '3600', 2) }} as decimal(18, 2)) as agreed_hours,
    coalesce(waiting.quarantined_count, 0) as quarantined_count,
    waiting.quarantined_since_at
from summed
left join {{ ref('stg_ops__agreed_object') }} as agreed
    on summed.source_system = agreed.source_system and summed.object_name = agreed.object_name
left join waiting on summed.source_instance = waiting.source_instance and summed.object_name = waiting.object_name
