-- One row per supplier number of an instance that uses another instance's numbers, and the record that it names there. Where
-- two companies of the other instance use a number twice, it names nobody.
with every_record as (
    {{ united('supplier_record') }}
)

select
    numbering.source_instance,
    owner.supplier_code as source_supplier_key,
    min(owner.source_instance) as record_instance,
    min(owner.source_supplier_key) as record_supplier_key
from every_record as owner
inner join {{ ref('map_shared_numbering') }} as numbering
    on owner.source_instance = numbering.numbering_instance and numbering.object = 'SUPPLIER'
where owner.supplier_code is not null
group by numbering.source_instance, owner.supplier_code
having count(*) = 1
