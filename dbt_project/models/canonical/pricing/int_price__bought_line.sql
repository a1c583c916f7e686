{{ config(unit=['bought_line_key']) }}
-- One row per line on which something is bought at a price: lines of purchase orders that are neither drafts nor cancelled, and
-- item lines of invoices that name no order. A contract's price is asked for as of `bought_date`.
with first_invoice as (
    select
        po_line_key,
        min(invoice_date) as first_invoice_date
    from {{ ref('fct_invoice_line') }}
    where not is_void and doc_type = 'INVOICE' and po_line_key <> {{ unknown_key() }}
    group by po_line_key
),

ordered as (
    select
        line.po_line_key as bought_line_key,
        'PO_LINE' as bought_line_type,
        line.po_line_key,
        {{ unknown_key() }} as invoice_line_key,
        line.po_number as document_number,
        line.line_number,
        line.order_date as bought_date,
        first_invoice.first_invoice_date < line.order_date as is_after_the_fact,
        line.company_key,
        line.facility_key,
        line.supplier_key,
        line.item_key,
        line.item_class,
        line.contract_number,
        line.contract_line_number,
        line.uom_code,
        line.pack_num,
        line.pack_den,
        line.base_qty,
        line.base_unit_price,
        line.line_amount,
        line.currency_code,
        line.source_system,
        line.source_instance
    from {{ ref('fct_po_line') }} as line
    left join first_invoice on line.po_line_key = first_invoice.po_line_key
    where line.po_status not in ('DRAFT', 'CANCELLED') and not line.is_cancelled
),

unordered as (
    select
        line.invoice_line_key as bought_line_key,
        'INVOICE_LINE' as bought_line_type,
        {{ unknown_key() }} as po_line_key,
        line.invoice_line_key,
        line.invoice_number as document_number,
        line.line_number,
        line.invoice_date as bought_date,
        false as is_after_the_fact,
        line.company_key,
        line.facility_key,
        line.supplier_key,
        line.item_key,
        line.item_class,
        {{ no_text() }} as contract_number,
        {{ no_text() }} as contract_line_number,
        line.uom_code,
        line.pack_num,
        line.pack_den,
        line.base_qty,
        line.base_unit_price,
        line.line_amount,
        line.currency_code,
        line.source_system,
        line.source_instance
    from {{ ref('fct_invoice_line') }} as line
    where
        not line.is_void
        and line.line_type = 'ITEM'
        and line.po_line_key = {{ unknown_key() }}
        and line.po_line_reference is null
)

select * from ordered
union all
select * from unordered
