-- One row per posted receipt or return of an order line's goods, signed: what came from the supplier is positive, what
-- went back negative. Moves inside the house (put-away) and moves not done are none.
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
),

final as (
    select
        {{ surrogate_key(['move.source_instance', 'move.stock_move_id']) }} as receipt_line_key,
        coalesce(shipment.shipment_in_number, return_shipment.shipment_in_return_number) as receipt_number,
        coalesce(shipment.shipment_in_reference, return_shipment.shipment_in_return_reference) as packing_slip_number,
        case when move.direction = 1 then 'RECEIPT' else 'RETURN' end as movement_type,
        move.direction = -1 as is_return,
        {{ no_text() }} as reverses_receipt_line_key,
        move.effective_date as received_date,
        move.created_at as entered_at,
        coalesce(po_line.po_line_key, {{ unknown_key() }}) as po_line_key,
        move.purchase_line_id as po_line_reference,
        coalesce(item.item_key, {{ unknown_key() }}) as item_key,
        coalesce(location.location_key, {{ unknown_key() }}) as location_key,
        coalesce(location.facility_code, {{ unknown_key() }}) as facility_key,
        lot.lot_number,
        cast(move.qty * move.direction as decimal(18, 6)) as receipt_qty,
        coalesce(pack.uom_code, {{ unknown_key() }}) as uom_code,
        unit.uom_symbol as source_uom_code,
        pack.qty_num as pack_num,
        pack.qty_den as pack_den,
        cast({{ to_base_quantity('move.qty * move.direction', 'pack.qty_num', 'pack.qty_den') }} as decimal(18, 6))
            as base_qty,
        cast(move.internal_qty * move.direction as decimal(18, 6)) as source_base_qty,
        move.unit_price,
        {{ mul_money('move.qty * move.direction', 'move.unit_price') }} as value_amount,
        currency.currency_code,
        cast('tryton' as {{ dbt.type_string() }}) as source_system,
        move.source_instance,
        move.stock_move_id as source_pk,
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
    left join {{ ref('fct_po_line') }} as po_line
        on {{ reference_key('move.source_instance', 'move.purchase_line_id') }} = po_line.po_line_key
    left join {{ ref('dim_item') }} as item
        on {{ reference_key('move.source_instance', 'move.product_id') }} = item.item_key
    left join {{ ref('dim_item_pack') }} as pack
        on item.item_key = pack.item_key and move.uom_id = pack.source_uom_id
    left join {{ ref('dim_location') }} as location
        on
            {{ surrogate_key([
                'move.source_instance',
                'case when move.direction = 1 then move.to_location_id else move.from_location_id end'
            ]) }} = location.location_key
)

select * from final
