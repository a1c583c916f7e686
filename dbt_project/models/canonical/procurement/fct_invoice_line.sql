{{ config(unit=['invoice_line_key']) }}
-- One row per supplier invoice line (current version), signed; taxes of the document are lines of type TAX. Drafts and
-- void documents are here and marked; headings and comments are none.
-- A credit that names a receipt credits the first invoice line that named it.
with credited_by_receipt as (
    select
        credit.invoice_line_key,
        billed.invoice_line_key as credited_invoice_line_key,
        row_number() over (
            partition by credit.invoice_line_key
            order by billed.posting_date, length(billed.source_pk), billed.source_pk, billed.line_number
        ) as billed_rank
    from {{ ref('int_invoice__line') }} as credit
    inner join {{ ref('int_invoice__line') }} as billed
        on
            credit.referenced_receipt_line_key = billed.referenced_receipt_line_key
            and credit.po_line_key = billed.po_line_key
    where
        credit.named_invoice_line_key is null
        and credit.invoice_qty < 0
        and billed.invoice_qty > 0
        and billed.is_posted
        and billed.posting_date <= credit.posting_date
)

select
    line.invoice_line_key,
    line.invoice_key,
    line.invoice_number,
    line.supplier_invoice_number,
    line.doc_type,
    line.line_type,
    line.line_number,
    line.invoice_status,
    line.is_void,
    line.is_posted,
    line.invoice_date,
    line.posting_date,
    line.received_date,
    line.company_key,
    line.supplier_key,
    line.po_line_key,
    line.po_line_reference,
    coalesce(line.named_invoice_line_key, credited.credited_invoice_line_key) as credited_invoice_line_key,
    line.is_price_correction,
    line.item_key,
    line.item_class,
    line.line_description,
    line.invoice_qty,
    line.uom_code,
    line.source_uom_code,
    line.pack_num,
    line.pack_den,
    line.base_qty,
    line.unit_price,
    line.base_unit_price,
    line.line_amount,
    line.taxable_amount,
    line.expected_tax_amount,
    line.currency_code,
    line.functional_amount,
    line.functional_currency_code,
    line.gl_account_key,
    line.cost_center_key,
    line.facility_key,
    line.referenced_receipt_line_key,
    line.source_system,
    line.source_instance,
    line.source_pk,
    {{ audit_columns('line') }}
from {{ ref('int_invoice__line') }} as line
left join credited_by_receipt as credited
    on line.invoice_line_key = credited.invoice_line_key and credited.billed_rank = 1
