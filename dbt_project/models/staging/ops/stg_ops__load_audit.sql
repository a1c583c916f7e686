-- One row per source instance and object: how its last finished load ended.
with finished_loads as (
    select
        audit.source_instance,
        audit.system as source_system,
        audit.object as object_name,
        audit.load_id,
        audit.status as object_status,
        load.status as load_status,
        coalesce(audit.unaccounted, 0) as unaccounted,
        coalesce(audit.difference, 0) as difference,
        row_number() over (
            partition by audit.source_instance, audit.object
            order by audit.load_id desc
        ) as load_rank
    from {{ source('ops', 'load_audit') }} as audit
    inner join {{ source('ops', 'load') }} as load on audit.load_id = load.load_id
    where load.status in ('COMPLETE', 'FAILED')
)

select
    source_instance,
    source_system,
    object_name,
    load_id,
    object_status = 'COMPLETE' and load_status = 'COMPLETE' and unaccounted = 0 and difference = 0 as is_complete
from finished_loads
where load_rank = 1
