-- D5: what was known of a closed month and its adjustments are what the marts say now, of costs and revenue by service line, and
-- of spend by company. A facility that has come to another company is told of there.
with adjusted as (
    select
        facility_key,
        period,
        member_key as service_line_key,
        category as patient_class,
        sum(case when figure in ('NET_REVENUE', 'GROSS_CHARGE') then 0 else as_known_amount + adjustment_amount end)
            as cost_total_amount,
        sum(case when figure = 'NET_REVENUE' then as_known_amount + adjustment_amount else 0 end) as net_revenue_amount
    from {{ ref('mart_closed_month') }}
    where figure not in ('SPEND', 'GR_IR', 'INVENTORY')
    group by facility_key, period, member_key, category
    having max(abs(as_final_amount)) > 0
),

spent as (
    select
        company_key,
        period,
        sum(as_known_amount + adjustment_amount) as spend_amount
    from {{ ref('mart_closed_month') }}
    where figure = 'SPEND'
    group by company_key, period
),

spend_now as (
    select
        company_key,
        period,
        sum(spend_net_amount) as spend_amount
    from {{ ref('mart_spend_cube') }}
    group by company_key, period
)

select
    adjusted.facility_key as place,
    adjusted.period,
    adjusted.service_line_key as subject,
    adjusted.patient_class as category
from adjusted
left join {{ ref('mart_service_line_cost') }} as final
    on
        adjusted.facility_key = final.facility_key
        and adjusted.period = final.period
        and adjusted.service_line_key = final.service_line_key
        and adjusted.patient_class = final.patient_class
where
    adjusted.cost_total_amount <> coalesce(final.cost_total_amount, 0)
    or adjusted.net_revenue_amount <> coalesce(final.net_revenue_amount, 0)
union all
select
    spent.company_key as place,
    spent.period,
    'SPEND' as subject,
    'SPEND' as category
from spent
left join spend_now on spent.company_key = spend_now.company_key and spent.period = spend_now.period
where spent.spend_amount <> coalesce(spend_now.spend_amount, 0)
