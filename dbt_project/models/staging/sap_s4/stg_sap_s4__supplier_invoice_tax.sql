-- One row per tax of a supplier invoice; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'supplier_invoice_tax'), ref('stg_sap_s4__supplier_invoice')) }}
)

select
    _line_no as line_no,
    supplier_invoice as invoice_number,
    fiscal_year,
    tax_code,
    counter as tax_counter,
    {{ text_value('currency') }} as currency_code,
    cast(tax_amount as decimal(18, 2)) as tax_amount,
    cast(base_amount as decimal(18, 2)) as tax_base_amount,
    {{ child_record_columns() }}
from current_lines
