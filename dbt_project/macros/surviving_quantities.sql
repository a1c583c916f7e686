{#
    What is left of receipts after returns, and of billed quantities after credits: last in, first out, exactly.

    `events` is a relation with `partition_key`, `event_key`, `event_date`, `event_pk`, `qty` (negative takes back) and
    `reverses_key` (the event that it names as taken back, or null). A named event is reduced first; what is left of a
    reversal takes from the newest open event before it. Seen as a stack of levels, an event occupies the levels between
    the balance before it and after it, and keeps what the lowest later balance leaves: two window passes, no loop.
    Gives one row per event: `surviving_qty`, never negative, and zero for reversals.
#}
{% macro surviving_quantities(events) %}
with named_reversals as (
    select
        reversal.event_key,
        reversal.reverses_key,
        least(
            -reversal.qty,
            greatest(0, named.qty + coalesce(sum(reversal.qty) over (
                partition by reversal.partition_key, reversal.reverses_key
                order by reversal.event_date, length(reversal.event_pk), reversal.event_pk
                rows between unbounded preceding and 1 preceding
            ), 0))
        ) as absorbed_qty
    from {{ events }} as reversal
    inner join {{ events }} as named
        on
            reversal.partition_key = named.partition_key
            and reversal.reverses_key = named.event_key
            and named.qty > 0
    where reversal.qty < 0
),

absorbed_by_named as (
    select
        reverses_key,
        sum(absorbed_qty) as absorbed_qty
    from named_reversals
    group by reverses_key
),

open_events as (
    select
        event.partition_key,
        event.event_key,
        event.event_date,
        event.event_pk,
        event.qty + coalesce(own.absorbed_qty, 0) - coalesce(taken.absorbed_qty, 0) as open_qty
    from {{ events }} as event
    left join named_reversals as own on event.event_key = own.event_key
    left join absorbed_by_named as taken on event.event_key = taken.reverses_key
),

balances as (
    select
        open_events.*,
        sum(open_qty) over (
            partition by partition_key
            order by event_date, length(event_pk), event_pk
            rows between unbounded preceding and current row
        ) as balance_after
    from open_events
),

levels as (
    select
        balances.*,
        balance_after - open_qty as balance_before,
        min(balance_after) over (
            partition by partition_key
            order by event_date, length(event_pk), event_pk
            rows between current row and unbounded following
        ) as lowest_later_balance
    from balances
)

select
    partition_key,
    event_key,
    event_date,
    event_pk,
    cast(case
        when open_qty > 0 then greatest(0, lowest_later_balance - greatest(balance_before, 0)) else 0
    end as decimal(38, 12)) as surviving_qty
from levels
{% endmacro %}
