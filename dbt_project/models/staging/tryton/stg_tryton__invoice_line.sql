-- One row per line of an invoice, headings and comments included; current versions only.
with current_lines as (
    {{ current_children(source('raw_tryton', 'invoice_line'), ref('stg_tryton__invoice')) }}
)

select
    _line_no as line_no,
    cast(invoice_id as {{ dbt.type_string() }}) as invoice_id,
    cast(id as {{ dbt.type_string() }}) as invoice_line_id,
    sequence,
    type as invoice_line_type,
    cast(product_id as {{ dbt.type_string() }}) as product_id,
    {{ text_value('description') }} as invoice_line_description,
    cast(quantity as decimal(18, 6)) as qty,
    cast(uom_id as {{ dbt.type_string() }}) as uom_id,
    cast(unit_price as decimal(18, 6)) as unit_price,
    cast(amount as decimal(18, 2)) as amount,
    cast(account_id as {{ dbt.type_string() }}) as account_id,
    is_correction,
    created_at,
    {{ referenced_id('origin', 'purchase.line') }} as purchase_line_id,
    {{ referenced_id('origin', 'account.invoice.line') }} as credited_invoice_line_id,
    {{ child_record_columns() }}
from current_lines
