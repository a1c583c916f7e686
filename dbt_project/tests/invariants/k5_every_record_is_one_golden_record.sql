-- K5: every item and supplier of a source is exactly one golden record that exists, and no golden record is without one.
with placed as (
    select
        'ITEM' as record_kind,
        record.source_instance,
        record.source_item_key as source_key,
        reference.item_key as reference_key,
        golden.item_key as golden_key
    from {{ ref('int_item_record') }} as record
    left join {{ ref('xref_item') }} as reference
        on record.source_instance = reference.source_instance and record.source_item_key = reference.source_item_key
    left join {{ ref('dim_item') }} as golden on reference.item_key = golden.item_key
    union all
    select
        'SUPPLIER' as record_kind,
        record.source_instance,
        record.source_supplier_key as source_key,
        reference.supplier_key as reference_key,
        golden.supplier_key as golden_key
    from {{ ref('int_supplier_record') }} as record
    left join {{ ref('xref_supplier') }} as reference
        on
            record.source_instance = reference.source_instance
            and record.source_supplier_key = reference.source_supplier_key
    left join {{ ref('dim_supplier') }} as golden on reference.supplier_key = golden.supplier_key
)

select
    record_kind,
    source_instance,
    source_key,
    count(golden_key) as golden_records
from placed
group by record_kind, source_instance, source_key
having count(golden_key) <> 1
union all
select
    'ITEM' as record_kind,
    source_instance,
    item_key as source_key,
    record_count as golden_records
from {{ ref('dim_item') }}
where record_count = 0 and item_key <> {{ unknown_key() }}
