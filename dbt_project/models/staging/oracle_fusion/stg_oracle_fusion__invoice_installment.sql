-- One row per part of an invoice that falls due by itself; current versions only.
with current_lines as (
    {{ current_children(source('raw_oracle_fusion', 'invoice_installment'), ref('stg_oracle_fusion__invoice')) }}
)

select
    _line_no as line_no,
    cast(invoice_id as {{ dbt.type_string() }}) as invoice_id,
    installment_number,
    due_date,
    cast(gross_amount as decimal(18, 2)) as gross_amount,
    cast(unpaid_amount as decimal(18, 2)) as unpaid_amount,
    {{ child_record_columns() }}
from current_lines
