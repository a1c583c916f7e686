-- U1 and U2: our conversion of a receipt to base units is the source's own, where the source converts by the very factors
-- that it states. Tryton does, and rounds to the places that the base unit has (half a box becomes none), so the two may
-- differ by half of the last place. Elsewhere a document's own conversion is evidence against the item's record. A unit by
-- which the supplier means something of his own is none of the source's.
with places as (
    select
        reference.source_instance,
        reference.item_key,
        min(unit.digits) as digits
    from {{ ref('xref_item') }} as reference
    inner join {{ ref('int_item_record') }} as record
        on
            reference.record_instance = record.source_instance
            and reference.record_item_key = record.source_item_key
    inner join {{ ref('stg_tryton__uom') }} as unit
        on
            record.source_instance = unit.source_instance
            and record.base_uom_source_code = unit.uom_symbol
    group by reference.source_instance, reference.item_key
)

select
    receipt.receipt_line_key,
    receipt.base_qty,
    receipt.source_base_qty
from {{ ref('fct_receipt_line') }} as receipt
inner join places on receipt.source_instance = places.source_instance and receipt.item_key = places.item_key
inner join {{ ref('map_uom') }} as own_reading
    on
        receipt.source_system = own_reading.source_system
        and own_reading.supplier_code = '*'
        and receipt.source_uom_code = own_reading.source_uom_code
        and receipt.uom_code = own_reading.uom_code
where
    receipt.source_base_qty is not null
    and abs(receipt.base_qty - receipt.source_base_qty) > case when places.digits = 0 then 0.5 else 0.005 end
