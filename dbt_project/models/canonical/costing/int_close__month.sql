{{ config(materialized='view') }}
-- One row per facility and month with cost, and whether its books are closed: as its company's calendar says; where none does,
-- so many days after its end (cfg_cost_policy).
with months as (
    select
        facility_key,
        period,
        cast(period || '-01' as date) as start_date,
        {{ days_after(dbt.dateadd('month', 1, "cast(period || '-01' as date)"), -1) }} as end_date
    from {{ ref('int_cost__department') }}
    group by facility_key, period
),

said as (
    select
        center.facility_code as facility_key,
        {{ period_of('fiscal.start_date') }} as period,
        min(case when fiscal.is_closed then 1 when not fiscal.is_closed then 0 end) as is_closed
    from {{ ref('dim_fiscal_period') }} as fiscal
    inner join (
        select distinct
            company_key,
            facility_code
        from {{ ref('dim_cost_center') }}
    ) as center on fiscal.company_key = center.company_key
    where not fiscal.is_adjustment
    group by center.facility_code, {{ period_of('fiscal.start_date') }}
)

select
    months.facility_key,
    months.period,
    coalesce(
        said.is_closed = 1,
        {{ days_after('months.end_date', 'policy.closed_after_days') }} <= {{ as_of_date() }}
    ) as is_closed
from months
inner join {{ ref('cfg_cost_policy') }} as policy
    on months.start_date >= policy.valid_from and months.start_date < policy.valid_to
left join said on months.facility_key = said.facility_key and months.period = said.period
