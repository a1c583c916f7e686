-- One row per line of a vendor invoice of Dynamics, signed as Dynamics signs it.
with receipts as (
    select
        source_instance,
        company_code,
        receipt_number,
        po_number,
        po_line,
        min(receipt_line) as receipt_line
    from {{ ref('stg_d365__product_receipt_line') }}
    where not is_return
    group by source_instance, company_code, receipt_number, po_number, po_line
)

select
    {{ feed_origin('d365', 'line.source_instance') }},
    {{ source_key(['line.company_code', 'line.invoice_id', 'line.invoice_line']) }} as source_pk,
    {{ source_key(['line.company_code', 'line.invoice_id', 'line.invoice_line']) }} as line_reference,
    {{ source_key(['line.company_code', 'line.invoice_id']) }} as invoice_source_key,
    line.invoice_id as invoice_number,
    header.invoice_number as supplier_invoice_number,
    case when header.is_credit_note then 'CREDIT_MEMO' else 'INVOICE' end as doc_type,
    case
        when line.po_number is not null or line.item_number is not null then 'ITEM'
        when line.invoice_line_description = 'Freight' then 'FREIGHT'
        when line.invoice_line_description = 'Sales tax' then 'TAX'
        else 'ACCOUNT'
    end as line_kind,
    cast(line.invoice_line as integer) as line_number,
    case when header.is_cancelled then 'VOID' else 'POSTED' end as invoice_status,
    header.invoice_date,
    header.posting_date,
    header.posting_date as received_date,
    line.company_code as company_source_key,
    {{ source_key(['line.company_code', 'coalesce(header.invoice_supplier_id, header.supplier_id)']) }}
        as supplier_source_key,
    case when line.po_line is not null then {{ source_key(['line.company_code', 'line.po_number', 'line.po_line']) }} end
        as po_line_source_pk,
    {{ source_key(['receipts.company_code', 'receipts.receipt_number', 'receipts.receipt_line']) }}
        as receipt_line_source_pk,
    {{ no_text() }} as credited_line_reference,
    false as is_price_correction,
    {{ source_key(['line.company_code', 'line.item_number']) }} as item_source_key,
    line.category_name as source_category,
    line.invoice_line_description as line_description,
    line.qty as invoice_qty,
    line.uom_code as source_uom_code,
    line.unit_price,
    line.amount as line_amount,
    cast(null as decimal(18, 2)) as taxable_amount,
    cast(null as decimal(18, 2)) as expected_tax_amount,
    header.currency_code,
    line.amount as functional_amount,
    coalesce(company.functional_currency_code, header.currency_code) as functional_currency_code,
    line.account_code as gl_account_source_key,
    line.cost_center_code as cost_center_source_code,
    line.facility_code as facility_source_code,
    {{ audit_columns('line') }}
from {{ ref('stg_d365__vendor_invoice_line') }} as line
inner join {{ ref('stg_d365__vendor_invoice') }} as header
    on
        line.source_instance = header.source_instance
        and line.company_code = header.company_code
        and line.invoice_id = header.invoice_id
left join receipts
    on
        line.source_instance = receipts.source_instance
        and line.company_code = receipts.company_code
        and line.receipt_number = receipts.receipt_number
        and line.po_number = receipts.po_number
        and line.po_line = receipts.po_line
left join {{ ref('map_company') }} as company
    on line.source_instance = company.source_instance and line.company_code = company.source_code
