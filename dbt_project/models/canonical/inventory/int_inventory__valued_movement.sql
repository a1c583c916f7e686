{{ config(unit=['stock_key', 'movement_date']) }}
-- One row per movement that who handles the goods recorded, with what a base unit of it is worth. The item is valued under the
-- number that the ERP keeps it by.
select
    {{ surrogate_key(['movement.location_key', 'movement.item_key', 'movement.ownership']) }} as stock_key,
    movement.location_key,
    location.facility_code as facility_key,
    movement.item_key,
    movement.ownership,
    movement.movement_date,
    movement.movement_class,
    movement.is_demand,
    movement.base_qty,
    coalesce(own_cost.base_unit_cost, any_cost.base_unit_cost) as base_unit_cost,
    {{ mul_money('movement.base_qty', 'coalesce(own_cost.base_unit_cost, any_cost.base_unit_cost)') }} as amount,
    coalesce(own_cost.currency_code, any_cost.currency_code) as currency_code,
    movement.source_instance
from {{ ref('fct_inventory_movement') }} as movement
inner join {{ ref('dim_location') }} as location on movement.location_key = location.location_key
left join {{ ref('map_shared_numbering') }} as numbering
    on movement.source_instance = numbering.source_instance and numbering.object = 'ITEM'
{{ unit_cost_joins(
    'coalesce(numbering.numbering_instance, movement.source_instance)', 'movement.source_item_key', 'location.facility_code'
) }}
where movement.ledger_side = 'OPERATIONAL' and movement.base_qty is not null
