-- One row per account assignment of an item of a purchase order; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'purchase_order_account_assignment'), ref('stg_sap_s4__purchase_order')) }}
)

select
    _line_no as line_no,
    purchase_order as po_number,
    item as po_line_number,
    assignment as account_assignment_number,
    is_deleted,
    cast(qty as decimal(18, 6)) as qty,
    {{ text_value('uom') }} as uom_code,
    cast(percent as decimal(18, 6)) as split_percent,
    cast(net_amount as decimal(18, 2)) as net_amount,
    {{ text_value('currency') }} as currency_code,
    {{ text_value('gl_account') }} as gl_account_number,
    {{ text_value('cost_center') }} as cost_center_code,
    {{ text_value('profit_center') }} as profit_center_code,
    {{ text_value('wbs_element') }} as wbs_element,
    {{ child_record_columns() }}
from current_lines
