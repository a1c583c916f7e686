-- One row per lot of a receiving transaction; current versions only.
with current_lines as (
    {{ current_children(
        source('raw_oracle_fusion', 'receiving_transaction_lot'),
        ref('stg_oracle_fusion__receiving_transaction')
    ) }}
)

select
    _line_no as line_no,
    cast(transaction_id as {{ dbt.type_string() }}) as receiving_transaction_id,
    lot_token,
    expiry_date,
    cast(qty as decimal(18, 6)) as qty,
    {{ child_record_columns() }}
from current_lines
