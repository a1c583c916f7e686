-- One row per supplier invoice or credit memo that reached the ledger: spend of the cube against the control account of
-- accounts payable in the ERP's own ledger, in the company's currency. A void document has both its entries, so zero.
with spend as (
    select
        invoice_key,
        sum(spend_net_amount) as spend_amount
    from {{ ref('int_spend__line') }}
    group by invoice_key
),

ledger as (
    select
        entry.invoice_key,
        -sum(gl_line.functional_amount) as ledger_amount
    from {{ ref('int_invoice_ledger_entry') }} as entry
    inner join {{ ref('fct_gl_line') }} as gl_line on entry.journal_entry_key = gl_line.journal_entry_key
    inner join {{ ref('dim_gl_account') }} as account
        on gl_line.gl_account_key = account.gl_account_key and account.is_payables_control
    group by entry.invoice_key
),

documents as (
    select
        invoice_key,
        min(invoice_number) as invoice_number,
        min(doc_type) as doc_type,
        min(invoice_status) as invoice_status,
        min(posting_date) as posting_date,
        min(company_key) as company_key,
        min(supplier_key) as supplier_key,
        min(functional_currency_code) as functional_currency_code,
        sum(functional_amount) as document_amount,
        min(source_instance) as source_instance
    from {{ ref('fct_invoice_line') }}
    group by invoice_key
)

select
    documents.invoice_key,
    documents.invoice_number,
    documents.doc_type,
    documents.invoice_status,
    documents.posting_date,
    {{ period_of('documents.posting_date') }} as period,
    documents.company_key,
    documents.supplier_key,
    documents.functional_currency_code,
    cast(documents.document_amount as decimal(18, 2)) as document_amount,
    cast(coalesce(spend.spend_amount, 0) as decimal(18, 2)) as spend_amount,
    cast(coalesce(ledger.ledger_amount, 0) as decimal(18, 2)) as ledger_amount,
    cast(coalesce(spend.spend_amount, 0) - coalesce(ledger.ledger_amount, 0) as decimal(18, 2)) as difference_amount,
    documents.source_instance
from documents
left join spend on documents.invoice_key = spend.invoice_key
left join ledger on documents.invoice_key = ledger.invoice_key
where
    (spend.invoice_key is not null or ledger.invoice_key is not null)
    -- A ledger that does not name its invoices is tied out by company and month instead.
    and documents.source_instance in (select entry.source_instance from {{ ref('int_invoice_ledger_entry') }} as entry)
