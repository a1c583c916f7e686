-- One row per line of an invoice of Oracle, signed as Oracle signs it. An invoice is posted once it is validated.
with headers as (
    select
        invoice.*,
        supplier.supplier_id
    from {{ ref('stg_oracle_fusion__invoice') }} as invoice
    left join {{ ref('stg_oracle_fusion__supplier') }} as supplier
        on
            invoice.source_instance = supplier.source_instance
            and invoice.supplier_number = supplier.supplier_number
),

ordered as (
    select
        line.source_instance,
        purchase_order.po_number,
        line.po_line_number,
        line.purchase_order_line_id,
        line.item_id,
        line.item_category
    from {{ ref('stg_oracle_fusion__purchase_order_line') }} as line
    inner join {{ ref('stg_oracle_fusion__purchase_order') }} as purchase_order
        on
            line.source_instance = purchase_order.source_instance
            and line.purchase_order_id = purchase_order.purchase_order_id
),

receipts as (
    select
        source_instance,
        receipt_number,
        receipt_line_number,
        min(receiving_transaction_id) as receiving_transaction_id
    from {{ ref('stg_oracle_fusion__receiving_transaction') }}
    where receiving_transaction_type = 'RECEIVE'
    group by source_instance, receipt_number, receipt_line_number
)

select
    {{ feed_origin('oracle_fusion', 'line.source_instance') }},
    {{ source_key(['line.invoice_id', 'line.invoice_line_number']) }} as source_pk,
    {{ source_key(['line.invoice_id', 'line.invoice_line_number']) }} as line_reference,
    line.invoice_id as invoice_source_key,
    header.invoice_id as invoice_number,
    header.invoice_number as supplier_invoice_number,
    case
        when header.invoice_type = 'Credit memo' then 'CREDIT_MEMO'
        when header.invoice_type = 'Debit memo' then 'DEBIT_MEMO'
        when header.invoice_type = 'Prepayment' then 'PREPAY'
        else 'INVOICE'
    end as doc_type,
    case line.invoice_line_type
        when 'Item' then 'ITEM'
        when 'Freight' then 'FREIGHT'
        when 'Tax' then 'TAX'
        else 'ACCOUNT'
    end as line_kind,
    cast(line.invoice_line_number as integer) as line_number,
    case
        when header.is_canceled then 'VOID'
        when header.validation_status <> 'Validated' then 'DRAFT'
        when header.paid_status = 'Paid' then 'PAID'
        else 'POSTED'
    end as invoice_status,
    header.invoice_date,
    header.accounting_date as posting_date,
    header.received_date,
    line.company_code as company_source_key,
    header.supplier_id as supplier_source_key,
    ordered.purchase_order_line_id as po_line_source_pk,
    receipts.receiving_transaction_id as receipt_line_source_pk,
    {{ no_text() }} as credited_line_reference,
    false as is_price_correction,
    ordered.item_id as item_source_key,
    ordered.item_category as source_category,
    line.item_description as line_description,
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
    {{ no_text() }} as facility_source_code,
    {{ audit_columns('line') }}
from {{ ref('stg_oracle_fusion__invoice_line') }} as line
inner join headers as header
    on line.source_instance = header.source_instance and line.invoice_id = header.invoice_id
left join ordered
    on
        line.source_instance = ordered.source_instance
        and line.po_number = ordered.po_number
        and line.po_line_number = ordered.po_line_number
left join receipts
    on
        line.source_instance = receipts.source_instance
        and line.receipt_number = receipts.receipt_number
        and line.receipt_line_number = receipts.receipt_line_number
left join {{ ref('map_company') }} as company
    on line.source_instance = company.source_instance and line.company_code = company.source_code
