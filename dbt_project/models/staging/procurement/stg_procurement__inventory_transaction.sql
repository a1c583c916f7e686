-- One row per receipt or return of an order line; current versions only.
with current_records as (
    {{ current_version(source('raw_procurement', 'inventory_transaction')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as receipt_id,
    type as receipt_type,
    cast(quantity as decimal(18, 6)) as qty,
    upper({{ text_value('uom_code') }}) as uom_code,
    transaction_date as receipt_date,
    cast(order_line_id as {{ dbt.type_string() }}) as purchase_order_line_id,
    {{ text_value('external_number') }} as receipt_number,
    status as receipt_status,
    created_at,
    type = 'return_to_supplier' as is_return,
    status = 'voided' as is_void,
    {{ record_columns() }}
from current_records
