{{ config(materialized='view') }}
-- One row per item and unit of measure that means one pack only: where an item has boxes of 10 and of 24, `BX` means
-- neither.
select
    item_key,
    uom_code,
    min(qty_num) as qty_num,
    min(qty_den) as qty_den
from {{ ref('dim_item_pack') }}
where uom_code <> {{ unknown_key() }}
group by item_key, uom_code
having min(qty_num) = max(qty_num) and min(qty_den) = max(qty_den)
