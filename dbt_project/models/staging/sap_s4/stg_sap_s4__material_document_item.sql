-- One row per item of a material document: one movement of one product; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'material_document_item'), ref('stg_sap_s4__material_document')) }}
)

select
    _line_no as line_no,
    document_year as material_document_year,
    material_document as material_document_number,
    item as material_document_line_number,
    {{ text_value('material') }} as item_number,
    {{ text_value('plant') }} as plant_code,
    {{ text_value('storage_location') }} as storage_location_code,
    batch_token as lot_token,
    movement_type,
    {{ text_value('stock_type') }} as stock_type,
    {{ text_value('special_stock_type') }} as special_stock_type,
    {{ text_value('supplier') }} as supplier_id,
    {{ text_value('purchase_order') }} as po_number,
    {{ text_value('purchase_order_item') }} as po_line_number,
    {{ text_value('reference_type') }} as reference_type,
    {{ text_value('reason') }} as reason_code,
    {{ text_value('cost_center') }} as cost_center_code,
    {{ text_value('gl_account') }} as gl_account_number,
    {{ text_value('base_uom') }} as base_uom_code,
    cast(base_qty as decimal(18, 6)) as base_qty,
    {{ text_value('entry_uom') }} as uom_code,
    cast(entry_qty as decimal(18, 6)) as qty,
    {{ text_value('currency') }} as currency_code,
    cast(amount as decimal(18, 2)) as external_amount,
    {{ text_value('receiving_plant') }} as counterpart_plant_code,
    {{ text_value('receiving_storage_location') }} as counterpart_storage_location_code,
    is_completely_delivered as is_delivery_complete,
    expiry_date,
    is_cancelled,
    {{ text_value('reversed_year') }} as reversed_document_year,
    {{ text_value('reversed_document') }} as reversed_document_number,
    {{ text_value('reversed_item') }} as reversed_line_number,
    {{ text_value('reference_document') }} as reference_document_number,
    {{ text_value('reference_item') }} as reference_line_number,
    {{ child_record_columns() }}
from current_lines
