-- One row per receiving transaction: goods received, delivered, inspected, sent back, or a correction of one of
-- these; current versions only.
with current_records as (
    {{ current_version(source('raw_oracle_fusion', 'receiving_transaction')) }}
)

select
    cast(transaction_id as {{ dbt.type_string() }}) as receiving_transaction_id,
    transaction_type as receiving_transaction_type,
    transacted_at,
    cast(parent_transaction_id as {{ dbt.type_string() }}) as parent_receiving_transaction_id,
    {{ text_value('receipt_number') }} as receipt_number,
    receipt_line_number,
    {{ text_value('shipment_number') }} as shipment_number,
    cast(purchase_order_id as {{ dbt.type_string() }}) as purchase_order_id,
    {{ text_value('purchase_order_number') }} as po_number,
    cast(purchase_order_line_id as {{ dbt.type_string() }}) as purchase_order_line_id,
    purchase_order_line_number as po_line_number,
    schedule_number,
    cast(item_id as {{ dbt.type_string() }}) as item_id,
    {{ text_value('item_number') }} as item_number,
    {{ text_value('item_description') }} as item_description,
    cast(qty as decimal(18, 6)) as qty,
    upper({{ text_value('uom_code') }}) as uom_code,
    cast(base_qty as decimal(18, 6)) as base_qty,
    upper({{ text_value('base_uom_code') }}) as base_uom_code,
    {{ text_value('organization_code') }} as organization_code,
    {{ text_value('subinventory') }} as subinventory,
    {{ text_value('locator') }} as locator,
    {{ text_value('destination_type') }} as destination_type,
    cast(supplier_id as {{ dbt.type_string() }}) as supplier_id,
    created_at,
    {{ record_columns() }}
from current_records
