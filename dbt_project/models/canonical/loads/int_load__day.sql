-- One row per source instance, object and day on which a load of it ended: what the loads of the day brought and accounted for.
select
    source_instance,
    source_system,
    object_name,
    load_date,
    cast(sum(fetched_count) as bigint) as fetched_count,
    cast(sum(landed_count) as bigint) as landed_count,
    cast(sum(quarantined_count) as bigint) as quarantined_count,
    cast(sum(unaccounted_count) as bigint) as unaccounted_count
from {{ ref('stg_ops__object_load') }}
group by source_instance, source_system, object_name, load_date
