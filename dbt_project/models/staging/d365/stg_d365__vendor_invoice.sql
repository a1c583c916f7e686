-- One row per vendor invoice or credit note; current versions only.
with current_records as (
    {{ current_version(source('raw_d365', 'vendor_invoice')) }}
)

select
    company_code,
    invoice_id,
    {{ text_value('invoice_number') }} as invoice_number,
    {{ text_value('supplier_number') }} as supplier_id,
    {{ text_value('invoice_supplier_number') }} as invoice_supplier_id,
    {{ text_value('po_number') }} as po_number,
    invoice_date,
    posting_date,
    due_date,
    {{ text_value('currency_code') }} as currency_code,
    cast(gross_amount as decimal(18, 2)) as gross_amount,
    {{ text_value('payment_terms_code') }} as payment_terms_code,
    is_cancelled = 'Yes' as is_cancelled,
    is_credit_note = 'Yes' as is_credit_note,
    {{ record_columns() }}
from current_records
