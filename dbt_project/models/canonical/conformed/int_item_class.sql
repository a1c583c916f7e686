-- One row per category that a source system sorts its items in: the item class that it means, for lines without an item.
with candidates as (
    select
        source_system,
        source_code as source_category,
        item_class,
        row_number() over (
            partition by source_system, source_code order by priority, item_class
        ) as candidate_rank
    from {{ ref('map_item_class') }}
    where match_on = 'CATEGORY'
)

select
    source_system,
    source_category,
    item_class
from candidates
where candidate_rank = 1
