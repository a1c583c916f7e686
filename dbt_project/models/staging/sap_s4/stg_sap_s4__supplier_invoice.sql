-- One row per supplier invoice; current versions only.
with current_records as (
    {{ current_version(source('raw_sap_s4', 'supplier_invoice')) }}
)

select
    supplier_invoice as invoice_number,
    fiscal_year,
    company_code,
    document_date as invoice_date,
    posting_date,
    created_date,
    {{ text_value('supplier_invoice_number') }} as supplier_invoice_number,
    invoicing_party as supplier_id,
    currency as currency_code,
    cast(gross_amount as decimal(18, 2)) as gross_amount,
    cast(unplanned_delivery_cost as decimal(18, 2)) as unplanned_delivery_amount,
    {{ text_value('payment_terms') }} as payment_terms_code,
    due_base_date,
    cast(discount_1_percent as decimal(18, 6)) as discount_1_percent,
    cast(discount_1_days as integer) as discount_1_days,
    cast(discount_2_percent as decimal(18, 6)) as discount_2_percent,
    cast(discount_2_days as integer) as discount_2_days,
    cast(net_payment_days as integer) as net_payment_days,
    {{ text_value('payment_block') }} as payment_block_code,
    {{ text_value('document_type') }} as invoice_type,
    status as invoice_status,
    cast(exchange_rate as decimal(18, 6)) as exchange_rate,
    {{ text_value('reference_invoice') }} as reference_invoice_number,
    {{ text_value('reference_invoice_year') }} as reference_fiscal_year,
    coalesce(credit_memo_code, '') = 'X' as is_credit_memo,
    {{ text_value('reverse_document') }} as reversal_invoice_number,
    {{ text_value('reverse_document_year') }} as reversal_fiscal_year,
    is_reversal,
    is_reversed,
    receipt_date as received_date,
    {{ text_value('origin') }} as invoice_origin,
    {{ record_columns() }}
from current_records
