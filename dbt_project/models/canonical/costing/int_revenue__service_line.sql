{{ config(unit=['facility_key', 'period']) }}
-- One row per facility, month, service line and class of patient: what was charged and what is earned. Money that names no
-- visit is in the line UNASSIGNED.
select
    revenue.facility_key,
    revenue.period,
    coalesce(line.service_line_key, 'UNASSIGNED') as service_line_key,
    coalesce(line.encounter_class, 'NONE') as patient_class,
    cast(sum(revenue.gross_charge_amount) as decimal(18, 2)) as gross_charge_amount,
    cast(sum(revenue.net_revenue_amount) as decimal(18, 2)) as net_revenue_amount,
    cast(sum(case when revenue.net_revenue_method = 'REMITTED' then revenue.net_revenue_amount else 0 end) as decimal(18, 2))
        as remitted_amount,
    min(revenue.currency_code) as currency_code
from {{ ref('int_revenue__encounter') }} as revenue
left join {{ ref('int_service_line__encounter') }} as line on revenue.encounter_key = line.encounter_key
group by
    revenue.facility_key,
    revenue.period,
    coalesce(line.service_line_key, 'UNASSIGNED'),
    coalesce(line.encounter_class, 'NONE')
