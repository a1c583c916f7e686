-- One row per instance, kind of document and company (`*`: all of them) that only mirrors another instance's, while that
-- other one is read at all.
select
    mirrored.source_instance,
    mirrored.entity,
    mirrored.company_source_key
from {{ ref('map_mirrored_document') }} as mirrored
where
    mirrored.authority_instance in (
        select load.source_instance from {{ ref('stg_ops__load_audit') }} as load
    )
