-- One row per ledger entry; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'account_move')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as account_move_id,
    {{ text_value('number') }} as account_move_number,
    cast(company_id as {{ dbt.type_string() }}) as company_id,
    cast(period_id as {{ dbt.type_string() }}) as period_id,
    cast(journal_id as {{ dbt.type_string() }}) as journal_id,
    date as account_move_date,
    post_date,
    {{ text_value('description') }} as account_move_description,
    {{ text_value('origin') }} as source_document,
    state as account_move_state,
    created_at,
    {{ referenced_id('origin', 'account.invoice') }} as invoice_id,
    {{ record_columns() }}
from current_records
