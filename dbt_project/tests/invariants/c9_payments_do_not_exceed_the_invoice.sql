-- C9: what is paid on an invoice is at most its total (credit memos are paid by taking them off).
with applied as (
    select invoice_key, sum(applied_amount) as applied_amount
    from {{ ref('fct_payment_application') }}
    where is_paid
    group by invoice_key
),

documents as (
    select invoice_key, sum(line_amount) as document_amount
    from {{ ref('fct_invoice_line') }}
    group by invoice_key
)

select applied.invoice_key, applied.applied_amount, documents.document_amount
from applied
inner join documents on applied.invoice_key = documents.invoice_key
where applied.applied_amount > abs(documents.document_amount)
