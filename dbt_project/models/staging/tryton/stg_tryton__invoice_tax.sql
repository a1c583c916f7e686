-- One row per tax line of an invoice; current versions only.
with current_lines as (
    {{ current_children(source('raw_tryton', 'invoice_tax'), ref('stg_tryton__invoice')) }}
)

select
    _line_no as line_no,
    cast(invoice_id as {{ dbt.type_string() }}) as invoice_id,
    cast(id as {{ dbt.type_string() }}) as invoice_tax_id,
    sequence,
    {{ text_value('description') }} as invoice_tax_description,
    cast(tax_id as {{ dbt.type_string() }}) as tax_id,
    cast(account_id as {{ dbt.type_string() }}) as account_id,
    is_manual,
    cast(base as decimal(18, 2)) as base_amount,
    cast(amount as decimal(18, 2)) as amount,
    created_at,
    {{ child_record_columns() }}
from current_lines
