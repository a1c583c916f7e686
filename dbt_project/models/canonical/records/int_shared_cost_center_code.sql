-- One row per cost center code of an instance that uses another instance's codes, and the record that it names there.
with every_record as (
    {{ united('cost_center') }}
)

select
    numbering.source_instance,
    owner.cost_center_source_code,
    min(owner.source_instance) as record_instance
from every_record as owner
inner join {{ ref('map_shared_numbering') }} as numbering
    on owner.source_instance = numbering.numbering_instance and numbering.object = 'COST_CENTER'
group by numbering.source_instance, owner.cost_center_source_code
having count(*) = 1
