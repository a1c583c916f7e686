{{ config(unit=['source_pk']) }}
-- One row per supplier invoice line (current version), with the keys of all that it names: fct_invoice_line without what a
-- credit finds among the other lines.
with invoice_lines as (
    {{ united('invoice_line') }}
)

select
    {{ surrogate_key(['line.source_instance', 'line.line_reference']) }} as invoice_line_key,
    {{ surrogate_key(['line.source_instance', 'line.invoice_source_key']) }} as invoice_key,
    line.invoice_number,
    line.supplier_invoice_number,
    line.doc_type,
    case
        when line.line_kind in ('TAX', 'FREIGHT') then line.line_kind
        when item.item_class = 'FREIGHT' then 'FREIGHT'
        when line.item_source_key is null and account.expense_class = 'FREIGHT' then 'FREIGHT'
        else 'ITEM'
    end as line_type,
    line.line_number,
    line.invoice_status,
    line.invoice_status = 'VOID' as is_void,
    line.invoice_status in ('POSTED', 'PAID') as is_posted,
    line.invoice_date,
    line.posting_date,
    line.received_date,
    coalesce(company.company_key, {{ unknown_key() }}) as company_key,
    coalesce(supplier.supplier_key, {{ unknown_key() }}) as supplier_key,
    coalesce(po_line.po_line_key, {{ unknown_key() }}) as po_line_key,
    line.po_line_source_pk as po_line_reference,
    {{ reference_key('line.source_instance', 'line.credited_line_reference') }} as named_invoice_line_key,
    line.is_price_correction,
    coalesce(reference.item_key, {{ unknown_key() }}) as item_key,
    coalesce(item.item_class, line_class.item_class, account.item_class, {{ unknown_key() }}) as item_class,
    line.line_description,
    line.invoice_qty,
    coalesce(unit.uom_code, mapped_unit.uom_code, {{ unknown_key() }}) as uom_code,
    line.source_uom_code,
    {{ pack_columns('line', 'unit', 'invoice_qty', 'unit_price') }},
    line.line_amount,
    line.taxable_amount,
    line.expected_tax_amount,
    line.currency_code,
    line.functional_amount,
    line.functional_currency_code,
    coalesce(account.gl_account_key, {{ unknown_key() }}) as gl_account_key,
    coalesce(cost_center.cost_center_key, po_line.cost_center_key, {{ unknown_key() }}) as cost_center_key,
    coalesce(facility.facility_code, po_line.facility_key, {{ unknown_key() }}) as facility_key,
    {{ reference_key('line.source_instance', 'line.receipt_line_source_pk') }} as referenced_receipt_line_key,
    line.source_system,
    line.source_instance,
    line.source_pk,
    {{ audit_columns('line') }}
from invoice_lines as line
{{ supplier_join('line', 'supplier') }}
left join {{ ref('xref_company') }} as company
    on line.source_instance = company.source_instance and line.company_source_key = company.company_source_key
left join {{ ref('fct_po_line') }} as po_line
    on {{ reference_key('line.source_instance', 'line.po_line_source_pk') }} = po_line.po_line_key
{{ item_join('line', 'reference') }}
left join {{ ref('dim_item') }} as item on reference.item_key = item.item_key
left join {{ ref('int_item_class') }} as line_class
    on line.source_system = line_class.source_system and line.source_category = line_class.source_category
{{ unit_joins('line', 'unit', 'mapped_unit', 'supplier') }}
{{ ledger_joins('line', 'account_reference', 'cost_center') }}
left join {{ ref('dim_gl_account') }} as account on account_reference.gl_account_key = account.gl_account_key
left join {{ ref('map_facility') }} as facility
    on line.source_system = facility.source_system and line.facility_source_code = facility.source_code
