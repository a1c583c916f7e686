-- One row per item number of an instance that uses another instance's numbers, and the record that it names there. Where
-- two companies of the other instance use a number twice, it names nobody.
with every_record as (
    {{ united('item_record') }}
)

select
    numbering.source_instance,
    owner.item_code as source_item_key,
    min(owner.source_instance) as record_instance,
    min(owner.source_item_key) as record_item_key
from every_record as owner
inner join {{ ref('map_shared_numbering') }} as numbering
    on owner.source_instance = numbering.numbering_instance and numbering.object = 'ITEM'
where owner.item_code is not null
group by numbering.source_instance, owner.item_code
having count(*) = 1
