-- One row per item of a supplier invoice that bills a purchase order; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'supplier_invoice_item'), ref('stg_sap_s4__supplier_invoice')) }}
)

select
    _line_no as line_no,
    supplier_invoice as invoice_number,
    fiscal_year,
    item as invoice_line_number,
    {{ text_value('purchase_order') }} as po_number,
    {{ text_value('purchase_order_item') }} as po_line_number,
    {{ text_value('plant') }} as plant_code,
    {{ text_value('receipt_document') }} as receipt_document_number,
    {{ text_value('receipt_year') }} as receipt_document_year,
    {{ text_value('receipt_item') }} as receipt_line_number,
    coalesce(subsequent_code, '') = 'X' as is_subsequent_debit_credit,
    {{ text_value('tax_code') }} as tax_code,
    {{ text_value('currency') }} as currency_code,
    cast(amount as decimal(18, 2)) as line_amount,
    cast(qty as decimal(18, 6)) as qty,
    {{ text_value('uom') }} as uom_code,
    cast(price_qty as decimal(18, 6)) as price_uom_qty,
    {{ text_value('price_uom') }} as price_uom_code,
    {{ text_value('delivery_cost_type') }} as delivery_cost_type,
    {{ text_value('freight_supplier') }} as freight_supplier_id,
    is_finally_invoiced as is_final_invoice,
    {{ child_record_columns() }}
from current_lines
