-- K2: every delivery that an order asks for is in the life cycle once, from the first thing that happened on, and every
-- requisition line that became no order.
with begun as (
    select distinct po_line_key
    from {{ ref('int_lifecycle__event') }}
    where event_at < {{ days_after(as_of_date(), 1) }}
),

expected as (
    select schedule.po_schedule_key as lifecycle_key
    from {{ ref('fct_po_schedule') }} as schedule
    inner join begun on schedule.po_line_key = begun.po_line_key
    union all
    select requisition.requisition_line_key as lifecycle_key
    from {{ ref('fct_requisition_line') }} as requisition
    left join {{ ref('fct_po_line') }} as line on requisition.po_line_key = line.po_line_key
    where line.po_line_key is null and requisition.requested_at < {{ days_after(as_of_date(), 1) }}
),

found as (
    select
        lifecycle_key,
        count(*) as times
    from {{ ref('mart_po_lifecycle') }}
    group by lifecycle_key
)

select
    coalesce(expected.lifecycle_key, found.lifecycle_key) as lifecycle_key,
    found.times
from expected
full outer join found on expected.lifecycle_key = found.lifecycle_key
where expected.lifecycle_key is null or found.times is distinct from 1
