-- One row per invoice line that bills more than was delivered in the unit it names, and just that in another unit of the
-- item: 40 cases billed where 40 eaches came, which are two cases. It is the unit that is wrong, not the quantity.
with uncovered as (
    select
        line.invoice_line_key,
        line.source_instance,
        line.item_key,
        line.po_line_key,
        line.pack_num,
        line.pack_den,
        line.invoice_qty * line.direction as billed_qty,
        abs(line.po_base_qty) as ordered_base_qty,
        quantity.received_qty as received_base_qty
    from {{ ref('int_match__line_context') }} as line
    inner join {{ ref('int_match__quantity') }} as quantity on line.invoice_line_key = quantity.invoice_line_key
    where round(quantity.unmatched_qty, 6) > 0 and line.item_key <> {{ unknown_key() }}
),

delivered as (
    select distinct
        partition_key as po_line_key,
        qty as base_qty
    from {{ ref('int_match__receipt_event') }}
    where qty > 0
)

select
    uncovered.invoice_line_key,
    min(pack.uom_code) as suspected_uom_code,
    min(case when pack.source_instance = uncovered.source_instance then pack.source_uom_code end)
        as suspected_source_uom_code
from uncovered
inner join {{ ref('int_item_pack_statement') }} as pack
    on
        uncovered.item_key = pack.item_key
        and pack.qty_num * uncovered.pack_den <> pack.qty_den * uncovered.pack_num
-- Joined by the key alone: quantities of three tables in a join's condition make it compare every line with every receipt.
left join delivered on uncovered.po_line_key = delivered.po_line_key
where
    uncovered.billed_qty * pack.qty_num = delivered.base_qty * pack.qty_den
    or uncovered.billed_qty * pack.qty_num = uncovered.ordered_base_qty * pack.qty_den
    or uncovered.billed_qty * pack.qty_num = uncovered.received_base_qty * pack.qty_den
group by uncovered.invoice_line_key
