-- One row per line of a posted voucher; current versions only.
with current_records as (
    {{ current_version(source('raw_d365', 'ledger_entry')) }}
)

select
    company_code,
    voucher as voucher_number,
    line_number as voucher_line,
    {{ text_value('journal_number') }} as journal_number,
    accounting_date as posting_date,
    {{ text_value('fiscal_year') }} as fiscal_year,
    {{ text_value('fiscal_period') }} as fiscal_period,
    {{ text_value('account_code') }} as account_code,
    cast(amount as decimal(18, 2)) as amount,
    {{ text_value('currency_code') }} as currency_code,
    {{ text_value('description') }} as ledger_entry_description,
    {{ text_value('posting_type') }} as posting_type,
    {{ text_value('document_number') }} as document_number,
    changed_at as posted_at,
    nullif({{ dbt.split_part('ledger_dimensions', "'-'", 2) }}, '') as facility_code,
    nullif({{ dbt.split_part('ledger_dimensions', "'-'", 3) }}, '') as cost_center_code,
    {{ record_columns() }}
from current_records
