-- One row per item of a source system, in whatever words that system has for it: what mastering reads.
-- An item of a catalog that shares another system's numbers is that system's item, and stands here only where the other
-- does not know the number.
with every_record as (
    {{ united('item_record') }}
),

class_candidates as (
    select
        record.source_instance,
        record.source_item_key,
        mapping.item_class,
        row_number() over (
            partition by record.source_instance, record.source_item_key
            order by mapping.priority, mapping.item_class
        ) as candidate_rank
    from every_record as record
    inner join {{ ref('map_item_class') }} as mapping
        on
            record.source_system = mapping.source_system
            and (
                (mapping.match_on = 'CATEGORY' and record.source_category = mapping.source_code)
                or (mapping.match_on = 'TYPE' and record.source_item_type = mapping.source_code)
            )
)

select
    record.*,
    coalesce(class_candidates.item_class, {{ unknown_key() }}) as item_class
from every_record as record
left join {{ ref('int_shared_item_number') }} as shared
    on record.source_instance = shared.source_instance and record.source_item_key = shared.source_item_key
left join class_candidates
    on
        record.source_instance = class_candidates.source_instance
        and record.source_item_key = class_candidates.source_item_key
        and class_candidates.candidate_rank = 1
where shared.source_item_key is null
