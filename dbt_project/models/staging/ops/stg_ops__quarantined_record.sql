-- One row per record that was set aside; what it says stays where it is.
select
    quarantine_id,
    source_instance,
    object as object_name,
    error_class,
    first_seen_at,
    status = 'OPEN' as is_open
from {{ source('ops', 'quarantine') }}
