-- One row per line of a supplier invoice of Tryton, signed; taxes of the document are lines of kind TAX. Headings and
-- comments are none.
with item_lines as (
    select
        line.source_instance,
        line.invoice_id,
        'line|' || line.invoice_line_id as line_reference,
        line.invoice_line_id as source_pk,
        line.line_no,
        cast('ITEM' as {{ dbt.type_string() }}) as line_kind,
        line.invoice_line_description as line_description,
        coalesce(line.purchase_line_id, credited_line.purchase_line_id) as po_line_source_pk,
        'line|' || line.credited_invoice_line_id as credited_line_reference,
        coalesce(line.is_correction, false) as is_price_correction,
        line.product_id,
        unit.uom_symbol,
        line.qty,
        line.unit_price,
        line.amount,
        cast(null as decimal(18, 2)) as taxable_amount,
        cast(null as decimal(18, 2)) as expected_tax_amount,
        line.account_id,
        {{ audit_columns('line') }}
    from {{ ref('stg_tryton__invoice_line') }} as line
    left join {{ ref('stg_tryton__invoice_line') }} as credited_line
        on
            line.source_instance = credited_line.source_instance
            and line.credited_invoice_line_id = credited_line.invoice_line_id
    left join {{ ref('stg_tryton__uom') }} as unit
        on line.source_instance = unit.source_instance and line.uom_id = unit.uom_id
    where line.invoice_line_type = 'line'
),

tax_lines as (
    select
        tax_line.source_instance,
        tax_line.invoice_id,
        'tax|' || tax_line.invoice_tax_id as line_reference,
        tax_line.invoice_tax_id as source_pk,
        tax_line.line_no,
        cast('TAX' as {{ dbt.type_string() }}) as line_kind,
        tax_line.invoice_tax_description as line_description,
        {{ no_text() }} as po_line_source_pk,
        {{ no_text() }} as credited_line_reference,
        false as is_price_correction,
        {{ no_text() }} as product_id,
        {{ no_text() }} as uom_symbol,
        cast(null as decimal(18, 6)) as qty,
        cast(null as decimal(18, 6)) as unit_price,
        tax_line.amount,
        tax_line.base_amount as taxable_amount,
        case when tax.tax_type = 'percentage' then {{ mul_money('tax_line.base_amount', 'tax.rate') }} end
            as expected_tax_amount,
        tax_line.account_id,
        {{ audit_columns('tax_line') }}
    from {{ ref('stg_tryton__invoice_tax') }} as tax_line
    left join {{ ref('stg_tryton__tax') }} as tax
        on tax_line.source_instance = tax.source_instance and tax_line.tax_id = tax.tax_id
),

all_lines as (
    select * from item_lines
    union all
    select * from tax_lines
)

select
    {{ feed_origin('tryton', 'line.source_instance') }},
    line.source_pk,
    line.line_reference,
    invoice.invoice_id as invoice_source_key,
    invoice.invoice_number,
    invoice.supplier_invoice_number,
    invoice.doc_type,
    line.line_kind,
    cast(line.line_no as integer) as line_number,
    invoice.invoice_status,
    invoice.invoice_date,
    invoice.posting_date,
    cast(invoice.created_at as date) as received_date,
    invoice.company_source_key,
    invoice.supplier_source_key,
    line.po_line_source_pk,
    {{ no_text() }} as receipt_line_source_pk,
    line.credited_line_reference,
    line.is_price_correction,
    line.product_id as item_source_key,
    {{ no_text() }} as source_category,
    line.line_description,
    line.qty as invoice_qty,
    line.uom_symbol as source_uom_code,
    line.unit_price,
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
    cast(line.account_id as {{ dbt.type_string() }}) as gl_account_source_key,
    {{ no_text() }} as cost_center_source_code,
    {{ no_text() }} as facility_source_code,
    {{ audit_columns('line') }}
from all_lines as line
inner join {{ ref('int_tryton__supplier_invoice') }} as invoice
    on line.source_instance = invoice.source_instance and line.invoice_id = invoice.invoice_id
