-- One row per source instance that ever brought anything: when one of its loads last did, of whatever object, and the longest
-- time between two that did, of the last 28 days. What began before them is no habit, and the first load is none: it brings what
-- there is.
{%- set habit_days = 28 %}
with news as (
    select
        source_instance,
        load_id,
        max(finished_at) as finished_at
    from {{ ref('stg_ops__object_load') }}
    where landed_count > 0
    group by source_instance, load_id
),

followed as (
    select
        source_instance,
        finished_at,
        lag(finished_at) over (
            partition by source_instance
            order by load_id
        ) as before_at
    from news
),

silences as (
    select
        source_instance,
        finished_at,
        case
            when cast(before_at as date) > {{ days_after(as_of_date(), -habit_days) }}
                then {{ hours_between('before_at', 'finished_at') }}
        end as silent_hours
    from followed
)

select
    source_instance,
    max(finished_at) as last_new_record_at,
    cast(count(silent_hours) as bigint) as silence_count,
    cast(max(silent_hours) as decimal(18, 2)) as usual_silence_hours
from silences
group by source_instance
