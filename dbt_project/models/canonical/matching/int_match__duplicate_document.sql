-- One row per live invoice that repeats the number of an earlier one of the same supplier. Numbers are compared in
-- capitals, without a trailing -R or -A, punctuation and leading zeros. An earlier invoice that was credited in full does
-- not count: credit and new invoice are a rebill.
with documents as (
    select
        invoice_key,
        doc_type,
        supplier_key,
        min(posting_date) as posting_date,
        min(length(source_pk)) as pk_length,
        min(source_pk) as first_pk,
        sum(line_amount) as document_amount,
        ltrim({{ without_pattern(
            without_pattern('upper(supplier_invoice_number)', '[^A-Z0-9]+[RA]$'), '[^A-Z0-9]'
        ) }}, '0') as normalised_number
    from {{ ref('int_match__line_context') }}
    where is_live
    group by invoice_key, doc_type, supplier_key, supplier_invoice_number
),

credited_by_line as (
    select
        billed.invoice_key,
        sum(credit.line_amount) as credited_amount
    from {{ ref('int_match__line_context') }} as credit
    inner join {{ ref('fct_invoice_line') }} as billed on credit.credited_invoice_line_key = billed.invoice_line_key
    where credit.is_live and credit.line_amount < 0
    group by billed.invoice_key
),

credited_by_number as (
    select
        supplier_key,
        normalised_number,
        sum(document_amount) as credited_amount
    from documents
    where doc_type = 'CREDIT_MEMO'
    group by supplier_key, normalised_number
),

numbered as (
    select
        document.*,
        sum(case
            when document.document_amount
                + coalesce(credited_by_line.credited_amount, credited_by_number.credited_amount, 0) > 0 then 1
            else 0
        end) over (
            partition by document.supplier_key, document.normalised_number
            order by document.posting_date, document.pk_length, document.first_pk, document.invoice_key
            rows between unbounded preceding and 1 preceding
        ) as earlier_count
    from documents as document
    left join credited_by_line on document.invoice_key = credited_by_line.invoice_key
    left join credited_by_number
        on
            document.supplier_key = credited_by_number.supplier_key
            and document.normalised_number = credited_by_number.normalised_number
    where document.doc_type = 'INVOICE' and document.normalised_number <> ''
)

select
    invoice_key,
    normalised_number
from numbered
where earlier_count > 0
