-- One row per pricing element of an item of a purchase order: price, surcharge or discount; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'purchase_order_pricing_element'), ref('stg_sap_s4__purchase_order')) }}
)

select
    _line_no as line_no,
    purchase_order as po_number,
    item as po_line_number,
    pricing_document as pricing_document_number,
    pricing_item as pricing_line_number,
    step as pricing_step,
    counter as pricing_counter,
    {{ text_value('condition_type') }} as condition_type,
    cast(rate as decimal(24, 9)) as condition_rate,
    {{ text_value('currency') }} as currency_code,
    cast(amount as decimal(18, 2)) as condition_amount,
    cast(condition_quantity as decimal(18, 6)) as price_per_qty,
    {{ text_value('condition_uom') }} as price_uom_code,
    is_statistical,
    {{ text_value('inactive_reason') }} as inactive_reason,
    {{ child_record_columns() }}
from current_lines
