{{ config(unit=['source_pk']) }}
-- One row per supplier invoice line (current version), signed; taxes of the document are lines of type TAX. Drafts and
-- void documents are here and marked; headings and comments are none.
with invoice_lines as (
    {{ united('invoice_line') }}
),

keyed as (
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
),

-- A credit that names a receipt credits the first invoice line that named it.
credited_by_receipt as (
    select
        credit.invoice_line_key,
        billed.invoice_line_key as credited_invoice_line_key,
        row_number() over (
            partition by credit.invoice_line_key
            order by billed.posting_date, length(billed.source_pk), billed.source_pk, billed.line_number
        ) as billed_rank
    from keyed as credit
    inner join keyed as billed
        on
            credit.referenced_receipt_line_key = billed.referenced_receipt_line_key
            and credit.po_line_key = billed.po_line_key
    where
        credit.named_invoice_line_key is null
        and credit.invoice_qty < 0
        and billed.invoice_qty > 0
        and billed.is_posted
        and billed.posting_date <= credit.posting_date
),

final as (
    select
        keyed.invoice_line_key,
        keyed.invoice_key,
        keyed.invoice_number,
        keyed.supplier_invoice_number,
        keyed.doc_type,
        keyed.line_type,
        keyed.line_number,
        keyed.invoice_status,
        keyed.is_void,
        keyed.is_posted,
        keyed.invoice_date,
        keyed.posting_date,
        keyed.received_date,
        keyed.company_key,
        keyed.supplier_key,
        keyed.po_line_key,
        keyed.po_line_reference,
        coalesce(keyed.named_invoice_line_key, credited.credited_invoice_line_key) as credited_invoice_line_key,
        keyed.is_price_correction,
        keyed.item_key,
        keyed.item_class,
        keyed.line_description,
        keyed.invoice_qty,
        keyed.uom_code,
        keyed.source_uom_code,
        keyed.pack_num,
        keyed.pack_den,
        keyed.base_qty,
        keyed.unit_price,
        keyed.base_unit_price,
        keyed.line_amount,
        keyed.taxable_amount,
        keyed.expected_tax_amount,
        keyed.currency_code,
        keyed.functional_amount,
        keyed.functional_currency_code,
        keyed.gl_account_key,
        keyed.cost_center_key,
        keyed.facility_key,
        keyed.referenced_receipt_line_key,
        keyed.source_system,
        keyed.source_instance,
        keyed.source_pk,
        {{ audit_columns('keyed') }}
    from keyed
    left join credited_by_receipt as credited
        on keyed.invoice_line_key = credited.invoice_line_key and credited.billed_rank = 1
)

select * from final
