{{ config(unit=['source_pk']) }}
-- One row per worker, cost center worked for and pay code, twice over: by day as time cards say (hours), and by pay run as
-- payroll says (pay, and the hours that it pays). The two are told apart by labor_record and never add up: each has its own
-- column of hours.
with labor as (
    {{ united('labor') }}
)

select
    {{ surrogate_key(['line.source_instance', 'line.source_pk']) }} as labor_key,
    line.labor_record,
    line.worker_key,
    line.job_class,
    coalesce(department.company_key, {{ unknown_key() }}) as company_key,
    coalesce(department.facility_code, {{ unknown_key() }}) as facility_key,
    coalesce(cost_center.cost_center_key, {{ unknown_key() }}) as cost_center_key,
    coalesce(home.cost_center_key, {{ unknown_key() }}) as home_cost_center_key,
    coalesce(period.fiscal_period_key, {{ unknown_key() }}) as fiscal_period_key,
    line.pay_code,
    coalesce(code.pay_class, {{ unknown_key() }}) as pay_class,
    coalesce(code.is_productive, false) as is_productive,
    line.pay_run_number,
    line.pay_group,
    line.period_start_date,
    line.period_end_date,
    line.payment_date,
    line.started_at,
    line.ended_at,
    line.shift_hours,
    line.paid_hours,
    line.labor_amount,
    line.currency_code,
    coalesce(line.is_agency, code.pay_class = 'AGENCY', false) as is_agency,
    line.is_retro,
    line.original_period_end_date,
    line.source_system,
    line.source_instance,
    line.source_pk,
    {{ audit_columns('line') }}
from labor as line
left join {{ ref('xref_cost_center') }} as cost_center
    on
        line.source_instance = cost_center.source_instance
        and line.cost_center_source_code = cost_center.cost_center_source_code
left join {{ ref('dim_cost_center') }} as department on cost_center.cost_center_key = department.cost_center_key
left join {{ ref('xref_cost_center') }} as home
    on
        line.source_instance = home.source_instance
        and line.home_cost_center_source_code = home.cost_center_source_code
-- A pay run belongs to the period of the last day that it pays.
left join {{ ref('dim_fiscal_period') }} as period
    on
        department.company_key = period.company_key
        and line.period_end_date between period.start_date and period.end_date
        and not period.is_adjustment
left join {{ ref('map_pay_code') }} as code
    on line.source_system = code.source_system and line.pay_code = code.source_pay_code
