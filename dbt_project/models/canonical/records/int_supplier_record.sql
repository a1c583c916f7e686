-- One row per supplier of a source system: what mastering reads. A supplier of a system that shares another's numbers is
-- that system's supplier, and stands here only where the other does not know the number.
with every_record as (
    {{ united('supplier_record') }}
)

select record.*
from every_record as record
left join {{ ref('int_shared_supplier_number') }} as shared
    on record.source_instance = shared.source_instance and record.source_supplier_key = shared.source_supplier_key
where shared.source_supplier_key is null
