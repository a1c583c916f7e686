-- One row per done stock move between a supplier and the house, signed: what came is positive, what went back negative.
with supplier_moves as (
    select
        move.*,
        case when from_location.location_type = 'supplier' then 1 else -1 end as direction
    from {{ ref('stg_tryton__stock_move') }} as move
    inner join {{ ref('stg_tryton__location') }} as from_location
        on move.source_instance = from_location.source_instance and move.from_location_id = from_location.location_id
    inner join {{ ref('stg_tryton__location') }} as to_location
        on move.source_instance = to_location.source_instance and move.to_location_id = to_location.location_id
    where
        move.stock_move_state = 'done'
        and (from_location.location_type = 'supplier') <> (to_location.location_type = 'supplier')
)

select
    {{ feed_origin('tryton', 'move.source_instance') }},
    move.stock_move_id as source_pk,
    coalesce(shipment.shipment_in_number, return_shipment.shipment_in_return_number) as receipt_number,
    coalesce(shipment.shipment_in_reference, return_shipment.shipment_in_return_reference) as packing_slip_number,
    case when move.direction = 1 then 'RECEIPT' else 'RETURN' end as movement_type,
    {{ no_text() }} as reverses_source_pk,
    move.effective_date as received_date,
    move.effective_date as posting_date,
    move.created_at as entered_at,
    move.purchase_line_id as po_line_source_pk,
    move.product_id as item_source_key,
    cast(case when move.direction = 1 then move.to_location_id else move.from_location_id end as {{ dbt.type_string() }})
        as location_source_key,
    {{ no_text() }} as facility_source_code,
    lot.lot_number,
    cast(move.qty * move.direction as decimal(18, 6)) as receipt_qty,
    unit.uom_symbol as source_uom_code,
    cast(move.internal_qty * move.direction as decimal(18, 6)) as source_base_qty,
    move.unit_price,
    cast({{ mul_money('move.qty * move.direction', 'move.unit_price') }} as decimal(18, 2)) as value_amount,
    currency.currency_code,
    {{ audit_columns('move') }}
from supplier_moves as move
left join {{ ref('stg_tryton__shipment_in') }} as shipment
    on move.source_instance = shipment.source_instance and move.shipment_in_id = shipment.shipment_in_id
left join {{ ref('stg_tryton__shipment_in_return') }} as return_shipment
    on
        move.source_instance = return_shipment.source_instance
        and move.shipment_in_return_id = return_shipment.shipment_in_return_id
left join {{ ref('stg_tryton__lot') }} as lot
    on move.source_instance = lot.source_instance and move.lot_id = lot.lot_id
left join {{ ref('stg_tryton__currency') }} as currency
    on move.source_instance = currency.source_instance and move.currency_id = currency.currency_id
left join {{ ref('stg_tryton__uom') }} as unit
    on move.source_instance = unit.source_instance and move.uom_id = unit.uom_id
