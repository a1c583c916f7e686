-- One row per item of a source system, in whatever words that system has for it: what mastering reads.
-- An item of a catalog that shares another system's numbers is that system's item, and stands here only where the other
-- does not know the number.
with every_record as (
    {{ united('item_record') }}
),

classes as (
    {{ mapped_item_classes('every_record', ['source_instance', 'source_item_key']) }}
)

select
    record.*,
    coalesce(classes.item_class, {{ unknown_key() }}) as item_class
from every_record as record
left join {{ ref('int_shared_item_number') }} as shared
    on record.source_instance = shared.source_instance and record.source_item_key = shared.source_item_key
left join classes
    on record.source_instance = classes.source_instance and record.source_item_key = classes.source_item_key
where shared.source_item_key is null
