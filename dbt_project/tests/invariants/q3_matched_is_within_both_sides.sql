-- Q3: what is matched of an order line is at most what was received and kept, and at most what was billed and not credited;
-- what is matched of one receipt is at most that receipt.
with by_order_line as (
    select partition_key, sum(matched_qty) as matched_qty
    from (
        select partition_key, matched_qty from {{ ref('int_match__explicit_allocation') }}
        union all
        select partition_key, matched_qty from {{ ref('int_match__fifo_allocation') }}
    ) as allocations
    group by partition_key
),

received as (
    select partition_key, sum(surviving_qty) as received_qty
    from {{ ref('int_match__open_receipt') }}
    group by partition_key
),

billed as (
    select partition_key, sum(surviving_qty) as billed_qty
    from {{ ref('int_match__open_invoice') }}
    group by partition_key
),

beyond_an_order_line as (
    select by_order_line.partition_key as failing_key
    from by_order_line
    left join received on by_order_line.partition_key = received.partition_key
    left join billed on by_order_line.partition_key = billed.partition_key
    where
        by_order_line.matched_qty > coalesce(received.received_qty, 0)
        or by_order_line.matched_qty > coalesce(billed.billed_qty, 0)
),

beyond_a_receipt as (
    select allocation.receipt_line_key as failing_key
    from {{ ref('fct_match_allocation') }} as allocation
    inner join {{ ref('fct_receipt_line') }} as receipt on allocation.receipt_line_key = receipt.receipt_line_key
    group by allocation.receipt_line_key, receipt.base_qty
    having sum(allocation.matched_base_qty) > abs(receipt.base_qty)
)

select failing_key from beyond_an_order_line
union all
select failing_key from beyond_a_receipt
