-- One row per run and worker: what one pay run paid to one worker; current versions only.
with current_records as (
    {{ current_version(source('raw_hcm', 'payroll_result')) }}
)

select
    run_id,
    worker_key,
    {{ text_value('pay_group') }} as pay_group,
    pay_period_start_date,
    pay_period_end_date,
    payment_date,
    {{ record_columns() }}
from current_records
