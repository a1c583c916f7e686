-- One row per invoice that a payment settles; current versions only.
with current_lines as (
    {{ current_children(source('raw_oracle_fusion', 'payment_invoice'), ref('stg_oracle_fusion__payment')) }}
)

select
    _line_no as line_no,
    cast(payment_id as {{ dbt.type_string() }}) as payment_id,
    cast(payment_invoice_id as {{ dbt.type_string() }}) as payment_invoice_id,
    cast(invoice_id as {{ dbt.type_string() }}) as invoice_id,
    {{ text_value('invoice_number') }} as invoice_number,
    cast(amount_paid as decimal(18, 2)) as amount_paid,
    invoice_date,
    accounting_date,
    {{ child_record_columns() }}
from current_lines
