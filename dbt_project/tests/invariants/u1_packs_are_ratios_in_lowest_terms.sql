-- U1: a pack is a positive ratio in lowest terms, and each golden item's base unit is one of itself: so base quantities come
-- back exactly, and no two paths to one unit differ.
with divided as (
    select
        item_key,
        uom_code,
        qty_num,
        qty_den,
        is_base_uom,
        {{ greatest_common_divisor(
            'cast(qty_num as ' ~ type_whole() ~ ')', 'cast(qty_den as ' ~ type_whole() ~ ')'
        ) }} as divisor
    from {{ ref('dim_item_pack') }}
)

select
    item_key,
    uom_code,
    qty_num,
    qty_den
from divided
where qty_num <= 0 or qty_den <= 0 or divisor <> 1 or (is_base_uom and qty_num <> qty_den)
