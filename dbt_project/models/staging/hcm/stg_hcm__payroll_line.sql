-- One row per line of what a pay run paid to a worker, equal lines told apart by their place; current versions only.
with current_lines as (
    {{ current_children(source('raw_hcm', 'payroll_line'), ref('stg_hcm__payroll_result')) }}
)

select
    _line_no as line_no,
    run_id,
    worker_key,
    worker_type,
    {{ text_value('company') }} as company_code,
    {{ text_value('cost_center') }} as cost_center_code,
    {{ text_value('facility') }} as facility_code,
    {{ text_value('job_profile') }} as job_profile,
    {{ text_value('job_family') }} as job_family,
    {{ text_value('pay_component') }} as pay_component_code,
    pay_component_type,
    hours as paid_hours,
    amount,
    {{ text_value('currency') }} as currency_code,
    is_retro,
    original_period_end_date,
    {{ child_record_columns() }}
from current_lines
