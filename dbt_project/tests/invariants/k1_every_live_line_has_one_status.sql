-- K1: lines and money by match status are those of the invoice lines, none lost and none twice.
with by_fact as (
    select count(*) as line_count, sum(line_amount) as line_amount from {{ ref('fct_invoice_line') }}
),

by_status as (
    select sum(status_count) as line_count, sum(status_amount) as line_amount
    from (
        select match_status, count(*) as status_count, sum(line_amount) as status_amount
        from {{ ref('mart_three_way_match') }}
        group by match_status
    ) as statuses
)

select by_fact.line_count, by_status.line_count as status_line_count
from by_fact
cross join by_status
where by_fact.line_count <> coalesce(by_status.line_count, 0) or by_fact.line_amount <> by_status.line_amount
