{{ config(unit=['source_pk']) }}
-- One row per invoice line and receipt line that the source itself links: the explicit reference of the match. Tryton keeps
-- links; elsewhere the invoice line names its receipt.
with tryton_links as (
    select
        {{ surrogate_key(['source_instance', 'line_reference']) }} as invoice_line_key,
        {{ surrogate_key(['source_instance', 'receipt_line_source_pk']) }} as receipt_line_key,
        source_system,
        source_instance,
        source_pk,
        {{ audit_columns('link') }}
    from {{ ref('int_tryton__invoice_receipt') }} as link
),

named_receipts as (
    select
        invoice_line_key,
        referenced_receipt_line_key as receipt_line_key,
        source_system,
        source_instance,
        source_pk,
        {{ audit_columns('line') }}
    from {{ ref('fct_invoice_line') }} as line
    where referenced_receipt_line_key is not null
),

links as (
    select * from tryton_links
    union all
    select * from named_receipts
)

select
    {{ surrogate_key(['link.invoice_line_key', 'link.receipt_line_key']) }} as invoice_receipt_key,
    link.invoice_line_key,
    link.receipt_line_key,
    link.source_system,
    link.source_instance,
    link.source_pk,
    {{ audit_columns('link') }}
from links as link
inner join {{ ref('fct_invoice_line') }} as invoice_line on link.invoice_line_key = invoice_line.invoice_line_key
inner join {{ ref('fct_receipt_line') }} as receipt_line on link.receipt_line_key = receipt_line.receipt_line_key
