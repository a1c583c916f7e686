{{ config(unit=['match_partition_key']) }}
-- One row per invoice line and receipt line that covers it. Quantities are in base units and positive, along the order
-- line's own direction.
with allocations as (
    select
        partition_key,
        invoice_line_key,
        receipt_line_key,
        matched_qty,
        'EXPLICIT_REF' as allocation_rule
    from {{ ref('int_match__explicit_allocation') }}
    union all
    select
        partition_key,
        invoice_line_key,
        receipt_line_key,
        matched_qty,
        'FIFO' as allocation_rule
    from {{ ref('int_match__fifo_allocation') }}
),

per_pair as (
    select
        invoice_line_key,
        receipt_line_key,
        min(allocation_rule) as allocation_rule,
        sum(matched_qty) as matched_qty
    from allocations
    group by invoice_line_key, receipt_line_key
)

select
    {{ surrogate_key(['per_pair.invoice_line_key', 'per_pair.receipt_line_key']) }} as match_allocation_key,
    per_pair.invoice_line_key,
    per_pair.receipt_line_key,
    line.po_line_key,
    line.match_partition_key,
    per_pair.allocation_rule,
    cast(per_pair.matched_qty as decimal(18, 6)) as matched_base_qty,
    cast(
        {{ div_exact('line.line_amount * per_pair.matched_qty', 'line.match_qty', scale=2, operand_scale=12) }} as decimal(18, 2)
    ) as matched_amount,
    line.currency_code,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from per_pair
inner join {{ ref('int_match__line_context') }} as line on per_pair.invoice_line_key = line.invoice_line_key
