-- One row per supplier invoice or credit memo of Tryton: what its state means, and its rate of exchange.
-- A cancelled invoice is void when its own ledger entry was taken back. When a credit note took it back instead (refund),
-- both documents stand in the ledger and both stay live.
with supplier_invoices as (
    select
        invoice.*,
        coalesce(invoice.accounting_date, invoice.invoice_date) as posting_date,
        credit_note.invoice_id is not null as is_refunded
    from {{ ref('stg_tryton__invoice') }} as invoice
    left join {{ ref('stg_tryton__invoice') }} as credit_note
        on
            invoice.source_instance = credit_note.source_instance
            and invoice.cancel_move_id = credit_note.move_id
            and invoice.invoice_id <> credit_note.invoice_id
    where invoice.invoice_type = 'in'
),

with_currencies as (
    select
        invoice.*,
        currency.currency_code,
        company.functional_currency_code,
        cast(invoice.company_id as {{ dbt.type_string() }}) as company_source_key
    from supplier_invoices as invoice
    left join {{ ref('stg_tryton__currency') }} as currency
        on invoice.source_instance = currency.source_instance and invoice.currency_id = currency.currency_id
    left join {{ ref('int_tryton__company') }} as company
        on
            invoice.source_instance = company.source_instance
            and cast(invoice.company_id as {{ dbt.type_string() }}) = company.company_source_key
)

select
    invoice.source_instance,
    invoice.invoice_id,
    {{ surrogate_key(['invoice.source_instance', 'invoice.invoice_id']) }} as invoice_key,
    invoice.company_source_key,
    invoice.invoice_number,
    invoice.invoice_reference as supplier_invoice_number,
    case when invoice.total_amount < 0 then 'CREDIT_MEMO' else 'INVOICE' end as doc_type,
    case
        when invoice.invoice_state = 'draft' then 'DRAFT'
        when invoice.invoice_state = 'validated' then 'APPROVED'
        when invoice.invoice_state = 'posted' then 'POSTED'
        when invoice.invoice_state = 'paid' then 'PAID'
        when invoice.is_refunded then 'PAID'
        else 'VOID'
    end as invoice_status,
    cast(invoice.party_id as {{ dbt.type_string() }}) as supplier_source_key,
    invoice.invoice_date,
    invoice.posting_date,
    invoice.created_at,
    invoice.move_id,
    invoice.cancel_move_id,
    invoice.currency_code,
    invoice.functional_currency_code,
    case when invoice.currency_code = invoice.functional_currency_code then 1 else functional_rate.rate_per_reference end
        as functional_rate,
    case when invoice.currency_code = invoice.functional_currency_code then 1 else document_rate.rate_per_reference end
        as document_rate,
    invoice.total_amount,
    {{ audit_columns('invoice') }}
from with_currencies as invoice
left join {{ ref('dim_currency_rate') }} as functional_rate
    on
        invoice.source_instance = functional_rate.source_instance
        and invoice.functional_currency_code = functional_rate.currency_code
        and invoice.posting_date >= functional_rate.valid_from
        and invoice.posting_date < functional_rate.valid_to
left join {{ ref('dim_currency_rate') }} as document_rate
    on
        invoice.source_instance = document_rate.source_instance
        and invoice.currency_code = document_rate.currency_code
        and invoice.posting_date >= document_rate.valid_from
        and invoice.posting_date < document_rate.valid_to
