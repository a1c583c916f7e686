-- One row per source instance and object: how its last finished load ended.
with ranked as (
    select
        object_load.*,
        row_number() over (
            partition by source_instance, object_name
            order by load_id desc
        ) as load_rank
    from {{ ref('stg_ops__object_load') }} as object_load
)

select
    source_instance,
    source_system,
    object_name,
    load_id,
    is_complete
from ranked
where load_rank = 1
