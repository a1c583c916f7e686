-- One row per object of a system that was loaded: what its contract promises.
select
    system as source_system,
    object as object_name,
    owner as owner_role,
    freshness_seconds,
    minimum_rows
from {{ source('ops', 'agreed_object') }}
