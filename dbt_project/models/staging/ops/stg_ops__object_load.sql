-- One row per finished load and object: what it brought, and how it ended.
select
    audit.load_id,
    audit.source_instance,
    audit.system as source_system,
    audit.object as object_name,
    load.finished_at,
    cast(load.finished_at as date) as load_date,
    audit.fetched as fetched_count,
    audit.landed as landed_count,
    audit.duplicate as duplicate_count,
    audit.superseded as superseded_count,
    audit.quarantined as quarantined_count,
    audit.out_of_scope as out_of_scope_count,
    coalesce(audit.unaccounted, 0) as unaccounted_count,
    coalesce(audit.difference, 0) as difference_count,
    audit.watermark_to as read_until_at,
    audit.status = 'COMPLETE' and load.status = 'COMPLETE' as has_answered,
    audit.status = 'COMPLETE'
    and load.status = 'COMPLETE'
    and coalesce(audit.unaccounted, 0) = 0
    and coalesce(audit.difference, 0) = 0 as is_complete
from {{ source('ops', 'load_audit') }} as audit
inner join {{ source('ops', 'load') }} as load on audit.load_id = load.load_id
where load.status in ('COMPLETE', 'FAILED')
