-- Q1: what a system holds to be on hand is the sum of the movements that it recorded of the item there, up to the one that
-- the balance was taken after.
with moved as (
    select
        snapshot.inventory_snapshot_key,
        sum(movement.base_qty) as moved_base_qty
    from {{ ref('fct_inventory_snapshot') }} as snapshot
    inner join {{ ref('fct_inventory_movement') }} as movement
        on
            snapshot.source_instance = movement.source_instance
            and snapshot.location_key = movement.location_key
            and snapshot.item_key = movement.item_key
            and snapshot.ownership = movement.ownership
            and snapshot.last_movement_seq >= movement.movement_seq
    group by snapshot.inventory_snapshot_key
)

select
    snapshot.inventory_snapshot_key,
    snapshot.on_hand_base_qty,
    moved.moved_base_qty
from {{ ref('fct_inventory_snapshot') }} as snapshot
left join moved on snapshot.inventory_snapshot_key = moved.inventory_snapshot_key
where snapshot.last_movement_seq is not null and snapshot.on_hand_base_qty <> coalesce(moved.moved_base_qty, 0)
