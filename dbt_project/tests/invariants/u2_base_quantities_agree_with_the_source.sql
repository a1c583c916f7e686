-- U1 and U2: our conversion of a receipt to base units is the source's own. Tryton rounds its conversion to the places that
-- the base unit has (half a box becomes none), so the two may differ by half of the last place.
select
    receipt.receipt_line_key,
    receipt.base_qty,
    receipt.source_base_qty
from {{ ref('fct_receipt_line') }} as receipt
inner join {{ ref('dim_item_pack') }} as base_pack on receipt.item_key = base_pack.item_key and base_pack.is_base_uom
inner join {{ ref('stg_tryton__uom') }} as base_unit
    on base_pack.source_instance = base_unit.source_instance and base_pack.source_uom_id = base_unit.uom_id
where
    receipt.source_base_qty is not null
    and abs(receipt.base_qty - receipt.source_base_qty) > case when base_unit.digits = 0 then 0.5 else 0.005 end
