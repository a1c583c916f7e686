-- One row per item of a source system and unit that receipts were booked in: what one of the unit was in the system's own
-- base unit, as most receipt lines say. Receipts carry both quantities, so they are evidence of the factor, apart from
-- what the item's record states.
with receipts as (
    {{ united('receipt_line') }}
),

measured as (
    select
        source_instance,
        item_source_key,
        source_uom_code,
        abs({{ whole_units('source_base_qty', 6) }}) as num,
        abs({{ whole_units('receipt_qty', 6) }}) as den,
        {{ audit_columns('receipts') }}
    from receipts
    where
        item_source_key is not null
        and source_uom_code is not null
        and source_base_qty <> 0
        and receipt_qty <> 0
),

with_divisors as (
    select
        measured.*,
        {{ greatest_common_divisor('num', 'den') }} as divisor
    from measured
),

reduced as (
    select
        source_instance,
        item_source_key,
        source_uom_code,
        cast({{ whole_quotient('num', 'divisor') }} as bigint) as qty_num,
        cast({{ whole_quotient('den', 'divisor') }} as bigint) as qty_den,
        {{ audit_columns('with_divisors') }}
    from with_divisors
),

counted as (
    select
        source_instance,
        item_source_key,
        source_uom_code,
        qty_num,
        qty_den,
        count(*) as line_count,
        max(source_version_at) as source_version_at,
        min(first_loaded_at) as first_loaded_at,
        max(last_loaded_at) as last_loaded_at,
        max(load_id) as load_id
    from reduced
    group by source_instance, item_source_key, source_uom_code, qty_num, qty_den
),

ranked as (
    select
        counted.*,
        sum(line_count) over (partition by source_instance, item_source_key, source_uom_code) as all_lines,
        row_number() over (
            partition by source_instance, item_source_key, source_uom_code
            order by line_count desc, qty_num asc, qty_den asc
        ) as factor_rank
    from counted
)

select
    source_instance,
    item_source_key as source_item_key,
    source_uom_code,
    qty_num,
    qty_den,
    cast(line_count as integer) as line_count,
    cast(all_lines as integer) as all_lines,
    {{ audit_columns('ranked') }}
from ranked
where factor_rank = 1
