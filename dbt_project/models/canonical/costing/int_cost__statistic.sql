-- One row per facility, month, cost center and statistic: what overhead is spread by.
select
    facility_key,
    {{ period_of('period_start_date') }} as period,
    cost_center_key,
    statistic_code,
    cast(sum(statistic_qty) as decimal(18, 6)) as statistic_qty
from {{ ref('fct_activity_stat') }}
where cost_center_key <> {{ unknown_key() }}
group by facility_key, {{ period_of('period_start_date') }}, cost_center_key, statistic_code
