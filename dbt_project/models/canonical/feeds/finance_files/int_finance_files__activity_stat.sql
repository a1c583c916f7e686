-- One row per department, statistic and month of the files of activity statistics.
select
    {{ feed_origin('finance_files', 'line.source_instance') }},
    {{ source_key(['line.facility_code', 'line.cost_center_code', 'line.statistic_code', 'line.period_number']) }}
        as source_pk,
    line.statistic_code,
    line.facility_code as facility_source_code,
    line.cost_center_code as cost_center_source_code,
    cast({{ dbt.dateadd('month', 'line.period_number - 1', 'numbering.first_period_date') }} as date) as period_start_date,
    line.statistic_qty,
    {{ audit_columns('line') }}
from {{ ref('stg_finance_files__activity_statistic') }} as line
left join {{ ref('map_period_number') }} as numbering on line.source_instance = numbering.source_instance
