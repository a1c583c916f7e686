-- D5: what was known of a closed month and its adjustments are what mart_service_line_cost says now.
with adjusted as (
    select
        facility_key,
        period,
        service_line_key,
        patient_class,
        sum(case when cost_measure in ('NET_REVENUE', 'GROSS_CHARGE') then 0 else as_known_amount + adjustment_amount end)
            as cost_total_amount,
        sum(case when cost_measure = 'NET_REVENUE' then as_known_amount + adjustment_amount else 0 end) as net_revenue_amount
    from {{ ref('mart_closed_month') }}
    group by facility_key, period, service_line_key, patient_class
)

select
    adjusted.facility_key,
    adjusted.period,
    adjusted.service_line_key,
    adjusted.patient_class
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
