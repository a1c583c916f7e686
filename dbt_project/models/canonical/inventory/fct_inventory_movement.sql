{{ config(unit=['source_pk']) }}
-- One row per movement of stock at a location, signed in base units: what comes is positive. The same movement stands twice,
-- as who handled the goods recorded it (ledger_side OPERATIONAL) and as the ERP booked it (ERP): the two are compared, never
-- added. A movement whose type nobody has mapped is of class -1 and keeps the sign that it was written with.
with movements as (
    {{ united('inventory_movement') }}
),

classed as (
    select
        movement.*,
        rule.movement_class,
        rule.is_demand,
        coalesce(rule.direction, 1) as direction
    from movements as movement
    left join {{ ref('map_inventory_movement') }} as rule
        on
            movement.source_system = rule.source_system
            and movement.source_movement_type = rule.source_movement_type
),

signed as (
    select
        classed.*,
        cast(movement_qty * direction as decimal(18, 6)) as signed_qty,
        cast(value_amount * direction as decimal(18, 2)) as signed_value_amount
    from classed
)

select
    {{ surrogate_key(['line.source_instance', 'line.source_pk']) }} as inventory_movement_key,
    line.ledger_side,
    coalesce(line.movement_class, {{ unknown_key() }}) as movement_class,
    line.source_movement_type,
    coalesce(line.is_demand, false) as is_demand,
    coalesce(location.location_key, {{ unknown_key() }}) as location_key,
    coalesce(
        case when line.signed_qty < 0 then location.location_key else counterpart.location_key end, {{ unknown_key() }}
    ) as from_location_key,
    coalesce(
        case when line.signed_qty < 0 then counterpart.location_key else location.location_key end, {{ unknown_key() }}
    ) as to_location_key,
    coalesce(facility.facility_code, location.facility_code, {{ unknown_key() }}) as facility_key,
    coalesce(reference.item_key, {{ unknown_key() }}) as item_key,
    line.item_source_key as source_item_key,
    line.lot_number,
    line.serial_number,
    line.expiry_date,
    coalesce(ownership.ownership, 'OWNED') as ownership,
    line.signed_qty as movement_qty,
    coalesce(unit.uom_code, mapped_unit.uom_code, {{ unknown_key() }}) as uom_code,
    line.source_uom_code,
    {{ base_quantity('line', 'unit', 'signed_qty') }} as base_qty,
    line.signed_value_amount as value_amount,
    line.currency_code,
    line.movement_date,
    line.posted_date,
    line.occurred_at,
    line.recorded_at,
    line.movement_seq,
    line.document_number,
    line.po_number,
    line.case_key,
    coalesce(cost_center.cost_center_key, {{ unknown_key() }}) as cost_center_key,
    coalesce(account.gl_account_key, {{ unknown_key() }}) as gl_account_key,
    {{ reference_key('line.source_instance', 'line.reverses_source_pk') }} as reverses_movement_key,
    line.source_system,
    line.source_instance,
    line.source_pk,
    {{ audit_columns('line') }}
from signed as line
{{ item_join('line', 'reference') }}
{{ unit_joins('line', 'unit', 'mapped_unit') }}
{{ place_joins('line', 'location', 'facility') }}
left join {{ ref('dim_location') }} as counterpart
    on {{ reference_key('line.source_instance', 'line.counterpart_location_source_key') }} = counterpart.location_key
{{ ledger_joins('line', 'account', 'cost_center') }}
left join {{ ref('map_stock_ownership') }} as ownership
    on line.source_system = ownership.source_system and line.source_ownership = ownership.source_code
