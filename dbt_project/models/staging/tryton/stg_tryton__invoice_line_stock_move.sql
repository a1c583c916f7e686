-- One row per stock move that a line of an invoice bills; current versions only.
with current_lines as (
    {{ current_children(source('raw_tryton', 'invoice_line_stock_move'), ref('stg_tryton__invoice')) }}
)

select
    cast(invoice_id as {{ dbt.type_string() }}) as invoice_id,
    cast(invoice_line_id as {{ dbt.type_string() }}) as invoice_line_id,
    cast(stock_move_id as {{ dbt.type_string() }}) as stock_move_id,
    {{ child_record_columns() }}
from current_lines
