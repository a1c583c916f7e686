-- One row per payment; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'payment')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as payment_id,
    {{ text_value('number') }} as payment_number,
    {{ text_value('reference') }} as payment_reference,
    {{ text_value('kind') }} as payment_kind,
    cast(company_id as {{ dbt.type_string() }}) as company_id,
    cast(party_id as {{ dbt.type_string() }}) as party_id,
    cast(journal_id as {{ dbt.type_string() }}) as journal_id,
    {{ text_value('method') }} as payment_method,
    {{ text_value('currency_code') }} as currency_code,
    date as payment_date,
    cast(amount as decimal(18, 2)) as amount,
    cast(move_line_id as {{ dbt.type_string() }}) as move_line_id,
    state as payment_state,
    created_at,
    {{ record_columns() }}
from current_records
