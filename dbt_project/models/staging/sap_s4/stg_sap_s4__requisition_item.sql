-- One row per item of a requisition; current versions only.
with current_records as (
    {{ current_version(source('raw_sap_s4', 'requisition_item')) }}
)

select
    requisition as requisition_number,
    item as requisition_line_number,
    release_status as requisition_status,
    {{ text_value('item_text') }} as item_description,
    {{ text_value('material') }} as item_number,
    {{ text_value('material_group') }} as product_group,
    {{ text_value('plant') }} as plant_code,
    cast(qty as decimal(18, 6)) as qty,
    {{ text_value('uom') }} as uom_code,
    cast(price as decimal(18, 6)) as unit_price,
    cast(price_quantity as decimal(18, 6)) as price_per_qty,
    {{ text_value('currency') }} as currency_code,
    delivery_date as requested_delivery_date,
    created_date,
    {{ text_value('requisitioner') }} as requisition_source,
    {{ text_value('supplier') }} as supplier_id,
    {{ text_value('purchasing_group') }} as purchasing_group,
    is_deleted,
    is_closed,
    {{ text_value('purchase_order') }} as po_number,
    {{ text_value('purchase_order_item') }} as po_line_number,
    {{ record_columns() }}
from current_records
