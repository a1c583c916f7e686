-- One row per payable item of an invoice that a payment document clears.
select
    {{ feed_origin('sap_s4', 'item.source_instance') }},
    {{ source_key([
        'item.company_code', 'item.accounting_document_number', 'item.fiscal_year', 'item.accounting_line_number'
    ]) }} as source_pk,
    {{ source_key(['payment.company_code', 'payment.accounting_document_number', 'payment.fiscal_year']) }}
        as payment_source_pk,
    {{ source_key(['invoice.invoice_number', 'invoice.fiscal_year']) }} as invoice_source_key,
    item.clearing_date as applied_date,
    cast(-item.amount as decimal(18, 2)) as applied_amount,
    cast(0 as decimal(18, 2)) as discount_taken_amount,
    item.currency_code,
    {{ audit_columns('item') }}
from {{ ref('stg_sap_s4__payable_item') }} as item
inner join (
    select distinct
        source_instance,
        company_code,
        accounting_document_number,
        fiscal_year
    from {{ ref('stg_sap_s4__payable_item') }}
    where accounting_document_type in ('ZP', 'KZ')
) as payment
    on
        item.source_instance = payment.source_instance
        and item.company_code = payment.company_code
        and item.clearing_document_number = payment.accounting_document_number
        and item.clearing_fiscal_year = payment.fiscal_year
inner join {{ ref('stg_sap_s4__supplier_invoice') }} as invoice
    on
        item.source_instance = invoice.source_instance
        and item.original_reference = invoice.invoice_number || invoice.fiscal_year
where item.accounting_document_type not in ('ZP', 'KZ')
