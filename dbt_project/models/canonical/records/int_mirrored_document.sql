-- One row per instance and kind of document that only mirrors another instance's, while that other one is read at all.
select
    mirrored.source_instance,
    mirrored.entity
from {{ ref('map_mirrored_document') }} as mirrored
where
    mirrored.authority_instance in (
        select load.source_instance from {{ ref('stg_ops__load_audit') }} as load
    )
