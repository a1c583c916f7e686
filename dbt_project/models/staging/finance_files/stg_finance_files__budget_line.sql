-- One row per budget version, cost center, account and period, as delivered last.
with current_records as (
    {{ current_version(source('raw_finance_files', 'budget_line')) }}
)

select
    {{ text_value('budget_version') }} as budget_version,
    {{ text_value('scenario') }} as scenario,
    {{ text_value('company') }} as company_code,
    {{ text_value('cost_center') }} as cost_center_code,
    {{ text_value('account') }} as gl_account_code,
    cast(period as integer) as period_number,
    cast(amount as decimal(18, 2)) as budget_amount,
    {{ text_value('statistic') }} as statistic_code,
    {{ record_columns() }}
from current_records
