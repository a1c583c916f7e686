-- One row per cost center, statistic and period: what cost is spread by. A quantity is in the statistic's own unit: square
-- feet, hours, pounds, meals, patient days, or dollars.
with statistics as (
    {{ united('activity_stat') }}
)

select
    {{ surrogate_key(['line.source_instance', 'line.source_pk']) }} as activity_stat_key,
    line.statistic_code,
    coalesce(department.company_key, {{ unknown_key() }}) as company_key,
    coalesce(period.fiscal_period_key, {{ unknown_key() }}) as fiscal_period_key,
    coalesce(cost_center.cost_center_key, {{ unknown_key() }}) as cost_center_key,
    coalesce(facility.facility_code, department.facility_code, {{ unknown_key() }}) as facility_key,
    line.period_start_date,
    line.statistic_qty,
    line.source_system,
    line.source_instance,
    line.source_pk,
    {{ audit_columns('line') }}
from statistics as line
left join {{ ref('xref_cost_center') }} as cost_center
    on
        line.source_instance = cost_center.source_instance
        and line.cost_center_source_code = cost_center.cost_center_source_code
left join {{ ref('dim_cost_center') }} as department on cost_center.cost_center_key = department.cost_center_key
left join {{ ref('dim_fiscal_period') }} as period
    on
        department.company_key = period.company_key
        and line.period_start_date = period.start_date
        and not period.is_adjustment
left join {{ ref('map_facility') }} as facility
    on line.source_system = facility.source_system and line.facility_source_code = facility.source_code
