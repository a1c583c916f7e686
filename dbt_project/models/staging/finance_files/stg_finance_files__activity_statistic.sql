-- One row per department, statistic and period, as delivered last.
with current_records as (
    {{ current_version(source('raw_finance_files', 'activity_statistic')) }}
)

select
    {{ text_value('facility') }} as facility_code,
    {{ text_value('cost_center') }} as cost_center_code,
    {{ text_value('statistic') }} as statistic_code,
    cast(period as integer) as period_number,
    cast(qty as decimal(18, 6)) as statistic_qty,
    {{ record_columns() }}
from current_records
