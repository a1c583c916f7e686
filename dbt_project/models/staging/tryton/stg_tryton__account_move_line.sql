-- One row per line of a ledger entry; current versions only.
with current_lines as (
    {{ current_children(source('raw_tryton', 'account_move_line'), ref('stg_tryton__account_move')) }}
)

select
    _line_no as line_no,
    cast(account_move_id as {{ dbt.type_string() }}) as account_move_id,
    cast(id as {{ dbt.type_string() }}) as account_move_line_id,
    cast(account_id as {{ dbt.type_string() }}) as account_id,
    cast(party_id as {{ dbt.type_string() }}) as party_id,
    cast(debit as decimal(18, 2)) as debit_amount,
    cast(credit as decimal(18, 2)) as credit_amount,
    cast(amount_second_currency as decimal(18, 2)) as amount_second_currency,
    cast(second_currency_id as {{ dbt.type_string() }}) as second_currency_id,
    {{ text_value('description') }} as account_move_line_description,
    cast(reconciliation_id as {{ dbt.type_string() }}) as reconciliation_id,
    created_at,
    {{ child_record_columns() }}
from current_lines
