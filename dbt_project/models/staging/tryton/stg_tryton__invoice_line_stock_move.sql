-- One row per link between an invoice line and a stock move that it bills; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'invoice_line_stock_move')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as invoice_line_stock_move_id,
    cast(invoice_line_id as {{ dbt.type_string() }}) as invoice_line_id,
    cast(stock_move_id as {{ dbt.type_string() }}) as stock_move_id,
    created_at,
    {{ record_columns() }}
from current_records
