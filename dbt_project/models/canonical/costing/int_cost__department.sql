{{ config(unit=['facility_key', 'period']) }}
-- One row per facility, month and cost center that has cost or takes part in a statistic, and what becomes of its cost:
-- OVERHEAD is allocated to the others, PATIENT spread over visits, NON_PATIENT and UNASSIGNED go to the lines of that name.
-- Overhead of a facility that has no department to serve (a warehouse, a shared service center) is NON_PATIENT: cost stays
-- at the facility whose ledger has it. Where no source says what departments did, no overhead can be allocated, and none is
-- made up: it is UNASSIGNED. So is that of a month whose statistics have not come yet, as they do after its end, some days
-- apart: one after the last month that has as many kinds of them as any of the three before it.
with costs as (
    select
        facility_key,
        period,
        cost_center_key,
        min(currency_code) as currency_code,
        cast(sum(pool_amount) as decimal(18, 2)) as cost_amount
    from {{ ref('int_cost__pool') }}
    group by facility_key, period, cost_center_key
),

months as (
    select
        facility_key,
        period,
        min(currency_code) as currency_code
    from costs
    group by facility_key, period
),

counted as (
    select distinct
        facility_key,
        period,
        cost_center_key
    from {{ ref('int_cost__statistic') }}
),

kinds as (
    select
        facility_key,
        period,
        count(distinct statistic_code) as statistic_count
    from {{ ref('int_cost__statistic') }}
    group by facility_key, period
),

compared as (
    select
        facility_key,
        period,
        statistic_count,
        max(statistic_count) over (
            partition by facility_key order by period rows between 3 preceding and 1 preceding
        ) as usual_count
    from kinds
),

with_statistics as (
    select
        facility_key,
        max(period) as last_period
    from compared
    where statistic_count >= coalesce(usual_count, 0)
    group by facility_key
),

departments as (
    select
        facility_key,
        period,
        cost_center_key
    from costs
    union
    select
        counted.facility_key,
        counted.period,
        counted.cost_center_key
    from counted
    inner join months on counted.facility_key = months.facility_key and counted.period = months.period
),

described as (
    select
        department.*,
        months.currency_code,
        coalesce(costs.cost_amount, cast(0 as decimal(18, 2))) as cost_amount,
        center.cost_center_code,
        center.cost_center_name,
        center.cost_center_class,
        center.department_function,
        center.cms_line,
        non_patient.department_function is not null or center.cost_center_class = 'NON_REIMB' as is_non_patient,
        max(case when center.cost_center_class in ('PATIENT_CARE', 'ANCILLARY') then 1 else 0 end) over (
            partition by department.facility_key, department.period
        ) = 1 as has_patients
    from departments as department
    inner join months on department.facility_key = months.facility_key and department.period = months.period
    left join costs
        on
            department.facility_key = costs.facility_key
            and department.period = costs.period
            and department.cost_center_key = costs.cost_center_key
    left join {{ ref('dim_cost_center') }} as center on department.cost_center_key = center.cost_center_key
    left join {{ ref('cfg_non_patient_department') }} as non_patient
        on center.department_function = non_patient.department_function
)

select
    described.facility_key,
    described.period,
    described.cost_center_key,
    described.cost_center_code,
    described.cost_center_name,
    described.department_function,
    described.cms_line,
    case
        when described.cost_center_class = 'OVERHEAD' and described.has_patients and with_statistics.facility_key is not null
            then 'OVERHEAD'
        when described.cost_center_class = 'OVERHEAD' and described.has_patients then 'UNASSIGNED'
        when described.cost_center_class = 'OVERHEAD' or described.is_non_patient then 'NON_PATIENT'
        when described.cost_center_class in ('PATIENT_CARE', 'ANCILLARY') then 'PATIENT'
        else 'UNASSIGNED'
    end as cost_role,
    closing.closing_order,
    described.cost_amount,
    described.currency_code
from described
left join with_statistics
    on described.facility_key = with_statistics.facility_key and described.period <= with_statistics.last_period
left join {{ ref('cfg_allocation_order') }} as closing on described.department_function = closing.department_function
