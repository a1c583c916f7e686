-- One row per line of what a pay run paid to one worker for one department, and what the employer adds. Of earlier runs it
-- pays again what was wrong: the old line back, and the new one.
select
    {{ feed_origin('hcm', 'line.source_instance') }},
    {{ source_key(['line.run_id', 'line.worker_key', 'line.line_no']) }} as source_pk,
    cast('PAY_LINE' as {{ dbt.type_string() }}) as labor_record,
    line.worker_key,
    coalesce(line.job_family, line.job_profile) as job_class,
    line.cost_center_code as cost_center_source_code,
    {{ no_text() }} as home_cost_center_source_code,
    line.pay_component_code as pay_code,
    line.run_id as pay_run_number,
    result.pay_group,
    result.pay_period_start_date as period_start_date,
    result.pay_period_end_date as period_end_date,
    result.payment_date,
    cast(null as timestamp) as started_at,
    cast(null as timestamp) as ended_at,
    cast(null as decimal(18, 2)) as shift_hours,
    cast(line.paid_hours as decimal(18, 2)) as paid_hours,
    cast(line.amount as decimal(18, 2)) as labor_amount,
    line.currency_code,
    line.worker_type = 'Contingent' as is_agency,
    coalesce(line.is_retro, false) as is_retro,
    line.original_period_end_date,
    {{ audit_columns('line') }}
from {{ ref('stg_hcm__payroll_line') }} as line
inner join {{ ref('stg_hcm__payroll_result') }} as result
    on
        line.source_instance = result.source_instance
        and line.run_id = result.run_id
        and line.worker_key = result.worker_key
