-- One row per line of a journal: debit positive, credit negative.
with current_records as (
    {{ current_version(source('raw_finance_files', 'ledger_line')) }}
)

select
    {{ text_value('ledger') }} as ledger_code,
    {{ text_value('company') }} as company_code,
    journal_id,
    cast(line_number as integer) as line_number,
    {{ text_value('account') }} as gl_account_code,
    {{ text_value('cost_center') }} as cost_center_code,
    cast(period as integer) as period_number,
    posting_date,
    cast(amount as decimal(18, 2)) as functional_amount,
    {{ text_value('source_module') }} as source_module,
    {{ text_value('source_document') }} as source_document,
    is_adjustment,
    {{ record_columns() }}
from current_records
