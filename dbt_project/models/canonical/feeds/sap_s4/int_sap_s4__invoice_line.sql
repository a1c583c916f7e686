-- One row per line of a supplier invoice of SAP, signed: lines that refer to an order, lines charged to an account, taxes,
-- and freight that nobody planned. An invoice is paid when its payable item is cleared.
with headers as (
    select
        invoice.*,
        case when invoice.is_credit_memo then -1 else 1 end as direction,
        {{ source_key(['invoice.invoice_number', 'invoice.fiscal_year']) }} as invoice_source_key
    from {{ ref('stg_sap_s4__supplier_invoice') }} as invoice
),

cleared_payables as (
    select
        source_instance,
        original_reference,
        min(case when clearing_date is null then 0 else 1 end) as is_cleared
    from {{ ref('stg_sap_s4__payable_item') }}
    where original_reference is not null
    group by source_instance, original_reference
),

first_assignment as (
    select
        source_instance,
        invoice_number,
        fiscal_year,
        invoice_line_number,
        gl_account_number,
        cost_center_code,
        row_number() over (
            partition by source_instance, invoice_number, fiscal_year, invoice_line_number
            order by account_assignment_position
        ) as assignment_rank
    from {{ ref('stg_sap_s4__supplier_invoice_item_account_assignment') }}
),

order_lines as (
    select
        item.source_instance,
        item.invoice_number,
        item.fiscal_year,
        'ITEM|' || item.invoice_line_number as line_part,
        case when item.delivery_cost_type is null then 'ITEM' else 'FREIGHT' end as line_kind,
        cast(item.invoice_line_number as integer) as line_number,
        {{ source_key(['item.po_number', 'item.po_line_number']) }} as po_line_source_pk,
        {{ source_key(['item.receipt_document_year', 'item.receipt_document_number', 'item.receipt_line_number']) }}
            as receipt_line_source_pk,
        item.is_subsequent_debit_credit as is_price_correction,
        ordered.item_number as item_source_key,
        ordered.product_group as source_category,
        ordered.item_description as line_description,
        item.qty,
        item.uom_code,
        item.line_amount,
        cast(null as decimal(18, 2)) as taxable_amount,
        first_assignment.gl_account_number,
        first_assignment.cost_center_code,
        item.plant_code,
        {{ audit_columns('item') }}
    from {{ ref('stg_sap_s4__supplier_invoice_item') }} as item
    left join {{ ref('stg_sap_s4__purchase_order_item') }} as ordered
        on
            item.source_instance = ordered.source_instance
            and item.po_number = ordered.po_number
            and item.po_line_number = ordered.po_line_number
    left join first_assignment
        on
            item.source_instance = first_assignment.source_instance
            and item.invoice_number = first_assignment.invoice_number
            and item.fiscal_year = first_assignment.fiscal_year
            and item.invoice_line_number = first_assignment.invoice_line_number
            and first_assignment.assignment_rank = 1
),

-- A credit of an account has the other sign than its document.
account_lines as (
    select
        item.source_instance,
        item.invoice_number,
        item.fiscal_year,
        'ACCOUNT|' || item.invoice_line_number as line_part,
        'ACCOUNT' as line_kind,
        cast(item.invoice_line_number as integer) as line_number,
        {{ no_text() }} as po_line_source_pk,
        {{ no_text() }} as receipt_line_source_pk,
        false as is_price_correction,
        {{ no_text() }} as item_source_key,
        {{ no_text() }} as source_category,
        {{ no_text() }} as line_description,
        cast(null as decimal(18, 6)) as qty,
        {{ no_text() }} as uom_code,
        case
            when (item.debit_credit_code = 'H') = header.is_credit_memo then item.line_amount else -item.line_amount
        end as line_amount,
        cast(null as decimal(18, 2)) as taxable_amount,
        item.gl_account_number,
        item.cost_center_code,
        {{ no_text() }} as plant_code,
        {{ audit_columns('item') }}
    from {{ ref('stg_sap_s4__supplier_invoice_gl_item') }} as item
    inner join headers as header
        on
            item.source_instance = header.source_instance
            and item.invoice_number = header.invoice_number
            and item.fiscal_year = header.fiscal_year
),

tax_lines as (
    select
        source_instance,
        invoice_number,
        fiscal_year,
        'TAX|' || tax_code || '|' || tax_counter as line_part,
        'TAX' as line_kind,
        cast(null as integer) as line_number,
        {{ no_text() }} as po_line_source_pk,
        {{ no_text() }} as receipt_line_source_pk,
        false as is_price_correction,
        {{ no_text() }} as item_source_key,
        {{ no_text() }} as source_category,
        tax_code as line_description,
        cast(null as decimal(18, 6)) as qty,
        {{ no_text() }} as uom_code,
        tax_amount as line_amount,
        tax_base_amount as taxable_amount,
        {{ no_text() }} as gl_account_number,
        {{ no_text() }} as cost_center_code,
        {{ no_text() }} as plant_code,
        {{ audit_columns('tax') }}
    from {{ ref('stg_sap_s4__supplier_invoice_tax') }} as tax
),

freight_lines as (
    select
        source_instance,
        invoice_number,
        fiscal_year,
        'FREIGHT' as line_part,
        'FREIGHT' as line_kind,
        cast(null as integer) as line_number,
        {{ no_text() }} as po_line_source_pk,
        {{ no_text() }} as receipt_line_source_pk,
        false as is_price_correction,
        {{ no_text() }} as item_source_key,
        {{ no_text() }} as source_category,
        {{ no_text() }} as line_description,
        cast(null as decimal(18, 6)) as qty,
        {{ no_text() }} as uom_code,
        unplanned_delivery_amount as line_amount,
        cast(null as decimal(18, 2)) as taxable_amount,
        {{ no_text() }} as gl_account_number,
        {{ no_text() }} as cost_center_code,
        {{ no_text() }} as plant_code,
        {{ audit_columns('header') }}
    from headers as header
    where unplanned_delivery_amount <> 0
),

all_lines as (
    select * from order_lines
    union all
    select * from account_lines
    union all
    select * from tax_lines
    union all
    select * from freight_lines
)

select
    {{ feed_origin('sap_s4', 'line.source_instance') }},
    header.invoice_source_key || '|' || line.line_part as source_pk,
    header.invoice_source_key || '|' || line.line_part as line_reference,
    header.invoice_source_key,
    header.invoice_number,
    header.supplier_invoice_number,
    case when header.is_credit_memo then 'CREDIT_MEMO' else 'INVOICE' end as doc_type,
    cast(line.line_kind as {{ dbt.type_string() }}) as line_kind,
    line.line_number,
    case
        when header.invoice_status = '2' then 'VOID'
        when header.invoice_status <> '5' then 'DRAFT'
        when cleared_payables.is_cleared = 1 then 'PAID'
        else 'POSTED'
    end as invoice_status,
    header.invoice_date,
    header.posting_date,
    header.received_date,
    header.company_code as company_source_key,
    header.supplier_id as supplier_source_key,
    line.po_line_source_pk,
    line.receipt_line_source_pk,
    {{ no_text() }} as credited_line_reference,
    coalesce(line.is_price_correction, false) as is_price_correction,
    line.item_source_key,
    line.source_category,
    line.line_description,
    cast(line.qty * header.direction as decimal(18, 6)) as invoice_qty,
    line.uom_code as source_uom_code,
    cast({{ div_exact('cast(line.line_amount as decimal(18, 6))', 'line.qty', scale=6) }} as decimal(18, 6)) as unit_price,
    cast(line.line_amount * header.direction as decimal(18, 2)) as line_amount,
    cast(line.taxable_amount * header.direction as decimal(18, 2)) as taxable_amount,
    cast(null as decimal(18, 2)) as expected_tax_amount,
    header.currency_code,
    cast(round(line.line_amount * header.direction * coalesce(header.exchange_rate, 1), 2) as decimal(18, 2))
        as functional_amount,
    coalesce(company.functional_currency_code, header.currency_code) as functional_currency_code,
    line.gl_account_number as gl_account_source_key,
    line.cost_center_code as cost_center_source_code,
    line.plant_code as facility_source_code,
    {{ audit_columns('line') }}
from all_lines as line
inner join headers as header
    on
        line.source_instance = header.source_instance
        and line.invoice_number = header.invoice_number
        and line.fiscal_year = header.fiscal_year
left join cleared_payables
    on
        header.source_instance = cleared_payables.source_instance
        and header.invoice_number || header.fiscal_year = cleared_payables.original_reference
left join {{ ref('map_company') }} as company
    on header.source_instance = company.source_instance and header.company_code = company.source_code
