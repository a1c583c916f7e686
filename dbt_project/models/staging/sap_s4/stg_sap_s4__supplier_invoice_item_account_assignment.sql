-- One row per account assignment of an item of a supplier invoice; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'supplier_invoice_item_account_assignment'), ref('stg_sap_s4__supplier_invoice')) }}
)

select
    _line_no as line_no,
    supplier_invoice as invoice_number,
    fiscal_year,
    item as invoice_line_number,
    ordinal as account_assignment_position,
    {{ text_value('gl_account') }} as gl_account_number,
    {{ text_value('cost_center') }} as cost_center_code,
    {{ text_value('profit_center') }} as profit_center_code,
    {{ text_value('currency') }} as currency_code,
    cast(amount as decimal(18, 2)) as assigned_amount,
    {{ text_value('uom') }} as uom_code,
    cast(qty as decimal(18, 6)) as qty,
    {{ text_value('tax_code') }} as tax_code,
    {{ text_value('assignment') }} as account_assignment_number,
    {{ child_record_columns() }}
from current_lines
