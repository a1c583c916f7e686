{{ config(materialized='table') }}
-- One row per item of a purchase order; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'purchase_order_item'), ref('stg_sap_s4__purchase_order')) }}
)

select
    _line_no as line_no,
    purchase_order as po_number,
    item as po_line_number,
    {{ text_value('deletion_code') }} as deletion_code,
    {{ text_value('item_text') }} as item_description,
    {{ text_value('plant') }} as plant_code,
    {{ text_value('storage_location') }} as storage_location_code,
    {{ text_value('material_group') }} as product_group,
    {{ text_value('info_record') }} as info_record_number,
    {{ text_value('supplier_material_number') }} as supplier_item_number,
    cast(qty as decimal(18, 6)) as qty,
    {{ text_value('uom') }} as uom_code,
    {{ text_value('price_uom') }} as price_uom_code,
    cast(price_uom_numerator as decimal(18, 6)) as price_uom_numerator,
    cast(price_uom_denominator as decimal(18, 6)) as price_uom_denominator,
    cast(net_price as decimal(18, 6)) as unit_price,
    cast(price_quantity as decimal(18, 6)) as price_per_qty,
    {{ text_value('currency') }} as currency_code,
    {{ text_value('tax_code') }} as tax_code,
    cast(over_delivery_percent as decimal(18, 6)) as over_delivery_percent,
    over_delivery_is_unlimited as is_over_delivery_unlimited,
    cast(under_delivery_percent as decimal(18, 6)) as under_delivery_percent,
    is_completely_delivered as is_delivery_complete,
    is_finally_invoiced,
    {{ text_value('item_category') }} as po_line_category,
    {{ text_value('account_assignment_category') }} as account_assignment_category,
    receipt_is_expected as is_receipt_expected,
    receipt_is_non_valuated as is_receipt_non_valuated,
    invoice_is_expected as is_invoice_expected,
    invoice_is_receipt_based as is_invoice_receipt_based,
    {{ text_value('contract') }} as contract_number,
    {{ text_value('contract_item') }} as contract_line_number,
    {{ text_value('requisition') }} as requisition_number,
    {{ text_value('requisition_item') }} as requisition_line_number,
    is_return,
    {{ text_value('material') }} as item_number,
    {{ text_value('gtin') }} as gtin,
    {{ text_value('manufacturer_material') }} as manufacturer_item_number,
    {{ child_record_columns() }}
from current_lines
