-- One row per supplier invoice line (current version), signed; taxes of the document are lines of type TAX. Drafts and
-- void documents are here and marked; headings and comments are none.
with item_lines as (
    select
        line.source_instance,
        line.invoice_id,
        {{ surrogate_key(['line.source_instance', "'line'", 'line.invoice_line_id']) }} as invoice_line_key,
        line.invoice_line_id as source_pk,
        line.line_no,
        line.invoice_line_description as line_description,
        coalesce(line.purchase_line_id, credited_line.purchase_line_id) as po_line_reference,
        case
            when line.credited_invoice_line_id is not null
                then {{ surrogate_key(['line.source_instance', "'line'", 'line.credited_invoice_line_id']) }}
        end as credited_invoice_line_key,
        coalesce(line.is_correction, false) as is_price_correction,
        line.product_id,
        line.uom_id,
        line.qty,
        line.unit_price,
        line.amount,
        cast(null as decimal(18, 2)) as taxable_amount,
        cast(null as decimal(18, 2)) as expected_tax_amount,
        line.account_id,
        false as is_tax,
        {{ audit_columns('line') }}
    from {{ ref('stg_tryton__invoice_line') }} as line
    left join {{ ref('stg_tryton__invoice_line') }} as credited_line
        on
            line.source_instance = credited_line.source_instance
            and line.credited_invoice_line_id = credited_line.invoice_line_id
    where line.invoice_line_type = 'line'
),

tax_lines as (
    select
        tax_line.source_instance,
        tax_line.invoice_id,
        {{ surrogate_key(['tax_line.source_instance', "'tax'", 'tax_line.invoice_tax_id']) }} as invoice_line_key,
        tax_line.invoice_tax_id as source_pk,
        tax_line.line_no,
        tax_line.invoice_tax_description as line_description,
        {{ no_text() }} as po_line_reference,
        {{ no_text() }} as credited_invoice_line_key,
        false as is_price_correction,
        {{ no_text() }} as product_id,
        {{ no_text() }} as uom_id,
        cast(null as decimal(18, 6)) as qty,
        cast(null as decimal(18, 6)) as unit_price,
        tax_line.amount,
        tax_line.base_amount as taxable_amount,
        case when tax.tax_type = 'percentage' then {{ mul_money('tax_line.base_amount', 'tax.rate') }} end
            as expected_tax_amount,
        tax_line.account_id,
        true as is_tax,
        {{ audit_columns('tax_line') }}
    from {{ ref('stg_tryton__invoice_tax') }} as tax_line
    left join {{ ref('stg_tryton__tax') }} as tax
        on tax_line.source_instance = tax.source_instance and tax_line.tax_id = tax.tax_id
),

all_lines as (
    select * from item_lines
    union all
    select * from tax_lines
),

final as (
    select
        line.invoice_line_key,
        invoice.invoice_key,
        invoice.invoice_number,
        invoice.supplier_invoice_number,
        invoice.doc_type,
        case
            when line.is_tax then 'TAX'
            when item.item_class = 'FREIGHT' then 'FREIGHT'
            when item.item_key is null and account.expense_class = 'FREIGHT' then 'FREIGHT'
            else 'ITEM'
        end as line_type,
        cast(line.line_no as integer) as line_number,
        invoice.invoice_status,
        invoice.invoice_status = 'VOID' as is_void,
        invoice.invoice_status in ('POSTED', 'PAID') as is_posted,
        invoice.invoice_date,
        invoice.posting_date,
        invoice.company_key,
        coalesce(supplier.supplier_key, {{ unknown_key() }}) as supplier_key,
        coalesce(po_line.po_line_key, {{ unknown_key() }}) as po_line_key,
        line.po_line_reference,
        line.credited_invoice_line_key,
        line.is_price_correction,
        coalesce(item.item_key, {{ unknown_key() }}) as item_key,
        case when item.item_key is null then coalesce(account.item_class, {{ unknown_key() }}) else item.item_class end
            as item_class,
        line.line_description,
        line.qty as invoice_qty,
        coalesce(pack.uom_code, {{ unknown_key() }}) as uom_code,
        unit.uom_symbol as source_uom_code,
        case when item.item_key is null and not line.is_tax then cast(1 as bigint) else pack.qty_num end as pack_num,
        case when item.item_key is null and not line.is_tax then cast(1 as bigint) else pack.qty_den end as pack_den,
        cast(case
            when item.item_key is null then line.qty
            else {{ to_base_quantity('line.qty', 'pack.qty_num', 'pack.qty_den') }}
        end as decimal(18, 6)) as base_qty,
        line.unit_price,
        cast(case
            when item.item_key is null then line.unit_price
            else {{ to_base_price('line.unit_price', 'pack.qty_num', 'pack.qty_den') }}
        end as decimal(18, 6)) as base_unit_price,
        line.amount as line_amount,
        line.taxable_amount,
        line.expected_tax_amount,
        invoice.currency_code,
        cast(case
            when invoice.currency_code = invoice.functional_currency_code then line.amount
            else {{ div_exact(
                'cast(line.amount as decimal(38, 6)) * cast(invoice.functional_rate as decimal(38, 12))',
                'invoice.document_rate', scale=2, operand_scale=12
            ) }}
        end as decimal(18, 2)) as functional_amount,
        invoice.functional_currency_code,
        coalesce(account.gl_account_key, {{ unknown_key() }}) as gl_account_key,
        coalesce(po_line.facility_key, {{ unknown_key() }}) as facility_key,
        cast('tryton' as {{ dbt.type_string() }}) as source_system,
        line.source_instance,
        line.source_pk,
        {{ audit_columns('line') }}
    from all_lines as line
    inner join {{ ref('int_tryton__supplier_invoice') }} as invoice
        on line.source_instance = invoice.source_instance and line.invoice_id = invoice.invoice_id
    left join {{ ref('dim_supplier') }} as supplier on invoice.supplier_reference_key = supplier.supplier_key
    left join {{ ref('fct_po_line') }} as po_line
        on {{ reference_key('line.source_instance', 'line.po_line_reference') }} = po_line.po_line_key
    left join {{ ref('dim_item') }} as item
        on {{ reference_key('line.source_instance', 'line.product_id') }} = item.item_key
    left join {{ ref('dim_item_pack') }} as pack
        on item.item_key = pack.item_key and line.uom_id = pack.source_uom_id
    left join {{ ref('stg_tryton__uom') }} as unit
        on line.source_instance = unit.source_instance and line.uom_id = unit.uom_id
    left join {{ ref('dim_gl_account') }} as account
        on {{ reference_key('line.source_instance', 'line.account_id') }} = account.gl_account_key
)

select * from final
