-- One row per item of a supplier invoice that goes straight to an account; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'supplier_invoice_gl_item'), ref('stg_sap_s4__supplier_invoice')) }}
)

select
    _line_no as line_no,
    supplier_invoice as invoice_number,
    fiscal_year,
    item as invoice_line_number,
    {{ text_value('company_code') }} as company_code,
    {{ text_value('gl_account') }} as gl_account_number,
    {{ text_value('cost_center') }} as cost_center_code,
    {{ text_value('profit_center') }} as profit_center_code,
    {{ text_value('debit_credit') }} as debit_credit_code,
    {{ text_value('currency') }} as currency_code,
    cast(amount as decimal(18, 2)) as line_amount,
    {{ text_value('tax_code') }} as tax_code,
    {{ child_record_columns() }}
from current_lines
