-- One row per schedule line of an item of a purchase order; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'purchase_order_schedule_line'), ref('stg_sap_s4__purchase_order')) }}
)

select
    _line_no as line_no,
    purchase_order as po_number,
    item as po_line_number,
    schedule_line as schedule_line_number,
    {{ text_value('date_category') }} as delivery_date_category,
    delivery_date,
    statistical_delivery_date,
    cast(qty as decimal(18, 6)) as qty,
    cast(committed_qty as decimal(18, 6)) as committed_qty,
    {{ text_value('uom') }} as uom_code,
    {{ text_value('requisition') }} as requisition_number,
    {{ text_value('requisition_item') }} as requisition_line_number,
    {{ child_record_columns() }}
from current_lines
