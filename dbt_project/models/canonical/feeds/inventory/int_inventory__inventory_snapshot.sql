-- One row per location and item: what the inventory service holds to be on hand after its last movement of it.
select
    {{ feed_origin('inventory', 'balance.source_instance') }},
    {{ source_key(['balance.location_id', 'balance.item_number']) }} as source_pk,
    cast('OPERATIONAL' as {{ dbt.type_string() }}) as ledger_side,
    balance.location_id as location_source_key,
    place.facility_code as facility_source_code,
    balance.item_number as item_source_key,
    balance.on_hand_qty,
    cast(null as decimal(18, 6)) as reserved_qty,
    cast(null as decimal(18, 6)) as on_order_qty,
    balance.uom_code as source_uom_code,
    balance.last_movement_seq,
    balance.source_version_at as read_at,
    {{ audit_columns('balance') }}
from {{ ref('stg_inventory__balance') }} as balance
left join {{ ref('stg_inventory__location') }} as place
    on balance.source_instance = place.source_instance and balance.location_id = place.location_id
