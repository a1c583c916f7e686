-- One row per warehouse and item with stock in Dynamics. Movements are not read, so a balance stands by itself.
select
    {{ feed_origin('d365') }},
    {{ source_key(['company_code', 'item_number', 'facility_code', 'location_code']) }} as source_pk,
    cast('ERP' as {{ dbt.type_string() }}) as ledger_side,
    location_code as location_source_key,
    facility_code as facility_source_code,
    {{ source_key(['company_code', 'item_number']) }} as item_source_key,
    on_hand_qty,
    reserved_qty,
    on_order_qty,
    uom_code as source_uom_code,
    cast(null as bigint) as last_movement_seq,
    source_version_at as read_at,
    {{ audit_columns('stock') }}
from {{ ref('stg_d365__on_hand_inventory') }} as stock
