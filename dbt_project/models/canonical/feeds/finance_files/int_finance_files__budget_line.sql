-- One row per budget version, cost center, account and month of the budget files, signed as the ledger is.
select
    {{ feed_origin('finance_files', 'line.source_instance') }},
    {{ source_key([
        'line.budget_version', 'line.company_code', 'line.cost_center_code', 'line.gl_account_code', 'line.period_number'
    ]) }} as source_pk,
    line.budget_version,
    line.scenario,
    line.company_code as company_source_key,
    cast({{ dbt.dateadd('month', 'line.period_number - 1', 'numbering.first_period_date') }} as date) as period_start_date,
    line.gl_account_code as gl_account_source_key,
    line.cost_center_code as cost_center_source_code,
    line.budget_amount,
    line.statistic_code,
    {{ audit_columns('line') }}
from {{ ref('stg_finance_files__budget_line') }} as line
left join {{ ref('map_period_number') }} as numbering on line.source_instance = numbering.source_instance
