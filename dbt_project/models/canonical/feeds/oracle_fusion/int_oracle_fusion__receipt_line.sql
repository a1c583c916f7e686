-- One row per receiving transaction of Oracle that brings goods from a supplier, sends them back or corrects either, signed.
-- Deliveries inside the house are none. A correction has its own sign and corrects its parent, in the parent's direction.
select
    {{ feed_origin('oracle_fusion', 'transaction.source_instance') }},
    transaction.receiving_transaction_id as source_pk,
    transaction.receipt_number,
    transaction.shipment_number as packing_slip_number,
    mapping.movement_type,
    transaction.parent_receiving_transaction_id as reverses_source_pk,
    cast(transaction.transacted_at as date) as received_date,
    cast(transaction.transacted_at as date) as posting_date,
    transaction.created_at as entered_at,
    transaction.purchase_order_line_id as po_line_source_pk,
    transaction.item_id as item_source_key,
    {{ no_text() }} as location_source_key,
    transaction.organization_code as facility_source_code,
    {{ no_text() }} as lot_number,
    cast(transaction.qty * mapping.direction * coalesce(parent_mapping.direction, 1) as decimal(18, 6)) as receipt_qty,
    transaction.uom_code as source_uom_code,
    cast(transaction.base_qty * mapping.direction * coalesce(parent_mapping.direction, 1) as decimal(18, 6))
        as source_base_qty,
    line.unit_price,
    cast({{ mul_money(
        'transaction.qty * mapping.direction * coalesce(parent_mapping.direction, 1)', 'line.unit_price'
    ) }} as decimal(18, 2)) as value_amount,
    purchase_order.currency_code,
    {{ audit_columns('transaction') }}
from {{ ref('stg_oracle_fusion__receiving_transaction') }} as transaction
inner join {{ ref('map_movement_type') }} as mapping
    on
        mapping.source_system = 'oracle_fusion'
        and transaction.receiving_transaction_type = mapping.source_movement_type
left join {{ ref('stg_oracle_fusion__receiving_transaction') }} as parent
    on
        transaction.source_instance = parent.source_instance
        and case when transaction.receiving_transaction_type = 'CORRECT' then transaction.parent_receiving_transaction_id end
        = parent.receiving_transaction_id
left join {{ ref('map_movement_type') }} as parent_mapping
    on
        parent_mapping.source_system = 'oracle_fusion'
        and parent.receiving_transaction_type = parent_mapping.source_movement_type
left join {{ ref('stg_oracle_fusion__purchase_order_line') }} as line
    on
        transaction.source_instance = line.source_instance
        and transaction.purchase_order_line_id = line.purchase_order_line_id
left join {{ ref('stg_oracle_fusion__purchase_order') }} as purchase_order
    on
        transaction.source_instance = purchase_order.source_instance
        and transaction.purchase_order_id = purchase_order.purchase_order_id
