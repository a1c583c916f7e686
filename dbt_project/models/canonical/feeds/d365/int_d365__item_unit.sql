-- One row per released product: the unit that it is stocked in. How many of it make the unit that it is bought in is in
-- an entity that is not read: the item's other records must say.
select
    {{ feed_origin('d365') }},
    {{ source_key(['company_code', 'item_number']) }} as source_item_key,
    inventory_uom_code as source_uom_code,
    cast(1 as decimal(38, 0)) as base_qty_numerator,
    cast(1 as decimal(38, 0)) as base_qty_denominator,
    true as is_base_uom,
    {{ audit_columns('product') }}
from {{ ref('stg_d365__released_product') }} as product
where inventory_uom_code is not null
