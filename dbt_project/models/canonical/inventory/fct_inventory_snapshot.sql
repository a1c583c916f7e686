-- One row per system, location and item: stock on hand as the system states it, when it was read last. What the movements
-- add up to is compared with it, never put in its place.
with balances as (
    {{ united('inventory_snapshot') }}
)

select
    {{ surrogate_key(['line.source_instance', 'line.source_pk']) }} as inventory_snapshot_key,
    line.ledger_side,
    cast(line.read_at as date) as snapshot_date,
    line.read_at,
    coalesce(location.location_key, {{ unknown_key() }}) as location_key,
    coalesce(facility.facility_code, location.facility_code, {{ unknown_key() }}) as facility_key,
    coalesce(reference.item_key, {{ unknown_key() }}) as item_key,
    line.item_source_key as source_item_key,
    cast('OWNED' as {{ dbt.type_string() }}) as ownership,
    line.on_hand_qty,
    coalesce(unit.uom_code, mapped_unit.uom_code, {{ unknown_key() }}) as uom_code,
    line.source_uom_code,
    {{ base_quantity('line', 'unit', 'on_hand_qty') }} as on_hand_base_qty,
    {{ base_quantity('line', 'unit', 'reserved_qty') }} as reserved_base_qty,
    {{ base_quantity('line', 'unit', 'on_order_qty') }} as on_order_base_qty,
    line.last_movement_seq,
    line.source_system,
    line.source_instance,
    line.source_pk,
    {{ audit_columns('line') }}
from balances as line
{{ item_join('line', 'reference') }}
{{ unit_joins('line', 'unit', 'mapped_unit') }}
{{ place_joins('line', 'location', 'facility') }}
