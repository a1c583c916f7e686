-- U1: so many packs are so many base units, and so many base units are as many packs again, exactly; and a pack is worth the
-- same by the source's code as by ours. Seven times the denominator is a number of packs that comes out whole.
with there as (
    select
        item_pack_key as row_key,
        qty_num,
        qty_den,
        cast(7 * qty_den as decimal(38, 6)) as pack_qty,
        cast({{ to_base_quantity('7 * qty_den', 'qty_num', 'qty_den') }} as decimal(38, 6)) as base_qty
    from {{ ref('dim_item_pack') }}
),

and_back as (
    select
        there.*,
        {{ to_base_quantity('base_qty', 'qty_den', 'qty_num') }} as pack_qty_again
    from there
)

select row_key
from and_back
where base_qty <> 7 * qty_num or pack_qty_again is null or pack_qty_again <> pack_qty
union all
select ours.xref_item_unit_key as row_key
from {{ ref('xref_item_unit') }} as ours
where
    ours.is_canonical_code
    and not exists (
        select theirs.xref_item_unit_key from {{ ref('xref_item_unit') }} as theirs
        where
            not theirs.is_canonical_code
            and theirs.source_instance = ours.source_instance
            and theirs.source_item_key = ours.source_item_key
            and theirs.uom_code = ours.uom_code
            and theirs.qty_num = ours.qty_num
            and theirs.qty_den = ours.qty_den
    )
