-- One row per movement that the inventory service recorded, signed: what comes to the location is positive. Its first counts
-- are the stock that it began with.
select
    {{ feed_origin('inventory', 'movement.source_instance') }},
    movement.movement_id as source_pk,
    cast('OPERATIONAL' as {{ dbt.type_string() }}) as ledger_side,
    case when movement.reference_type = 'OPENING' then movement.reference_type else movement.movement_type end
        as source_movement_type,
    movement.location_id as location_source_key,
    {{ no_text() }} as counterpart_location_source_key,
    place.facility_code as facility_source_code,
    movement.item_number as item_source_key,
    movement.lot_token as lot_number,
    movement.serial_token as serial_number,
    movement.expires_on as expiry_date,
    {{ no_text() }} as source_ownership,
    movement.qty as movement_qty,
    movement.uom_code as source_uom_code,
    cast(null as decimal(18, 2)) as value_amount,
    {{ no_text() }} as currency_code,
    cast({{ wall_clock_of('movement.occurred_at', 'place.time_zone_name') }} as date) as movement_date,
    cast(null as date) as posted_date,
    movement.occurred_at,
    movement.recorded_at,
    movement.movement_seq,
    {{ no_text() }} as document_number,
    movement.po_number,
    movement.case_key,
    {{ no_text() }} as cost_center_source_code,
    {{ no_text() }} as gl_account_source_key,
    movement.reverses_movement_id as reverses_source_pk,
    {{ audit_columns('movement') }}
from {{ ref('stg_inventory__stock_movement') }} as movement
left join {{ ref('stg_inventory__location') }} as place
    on movement.source_instance = place.source_instance and movement.location_id = place.location_id
