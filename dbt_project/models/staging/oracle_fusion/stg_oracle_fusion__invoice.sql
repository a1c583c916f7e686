-- One row per supplier invoice; a credit memo has negative amounts; current versions only.
with current_records as (
    {{ current_version(source('raw_oracle_fusion', 'invoice')) }}
)

select
    cast(invoice_id as {{ dbt.type_string() }}) as invoice_id,
    invoice_number,
    invoice_type,
    {{ text_value('invoice_source') }} as invoice_source,
    {{ text_value('business_unit') }} as business_unit,
    {{ text_value('supplier_number') }} as supplier_number,
    {{ text_value('supplier_site') }} as supplier_site,
    {{ text_value('purchase_order_number') }} as po_number,
    currency_code,
    {{ text_value('payment_currency_code') }} as payment_currency_code,
    cast(invoice_amount as decimal(18, 2)) as invoice_amount,
    cast(amount_paid as decimal(18, 2)) as amount_paid,
    invoice_date,
    terms_date,
    goods_received_date,
    received_date,
    accounting_date,
    {{ text_value('payment_terms') }} as payment_terms,
    validation_status,
    {{ text_value('approval_status') }} as approval_status,
    paid_status,
    is_canceled,
    canceled_date,
    created_at,
    {{ record_columns() }}
from current_records
