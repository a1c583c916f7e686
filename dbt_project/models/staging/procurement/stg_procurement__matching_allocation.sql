-- One row per match of an invoice line with a receipt; current versions only.
with current_records as (
    {{ current_version(source('raw_procurement', 'matching_allocation')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as matching_allocation_id,
    cast(invoice_line_id as {{ dbt.type_string() }}) as invoice_line_id,
    cast(order_line_id as {{ dbt.type_string() }}) as purchase_order_line_id,
    cast(inventory_transaction_id as {{ dbt.type_string() }}) as receipt_id,
    cast(quantity as decimal(18, 6)) as qty,
    cast(amount as decimal(18, 2)) as amount,
    status as match_status,
    is_manual,
    {{ text_value('status_reason') }} as match_status_reason,
    created_at,
    {{ record_columns() }}
from current_records
