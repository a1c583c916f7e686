-- One row per invoice; supplier invoices and credit notes are of type `in`, a credit note has negative amounts;
-- current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'invoice')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as invoice_id,
    {{ text_value('number') }} as invoice_number,
    {{ text_value('reference') }} as invoice_reference,
    type as invoice_type,
    cast(company_id as {{ dbt.type_string() }}) as company_id,
    cast(party_id as {{ dbt.type_string() }}) as party_id,
    cast(currency_id as {{ dbt.type_string() }}) as currency_id,
    cast(account_id as {{ dbt.type_string() }}) as account_id,
    cast(journal_id as {{ dbt.type_string() }}) as journal_id,
    invoice_date,
    accounting_date,
    state as invoice_state,
    cast(move_id as {{ dbt.type_string() }}) as move_id,
    cast(cancel_move_id as {{ dbt.type_string() }}) as cancel_move_id,
    reconciled_date,
    cast(untaxed_amount as decimal(18, 2)) as untaxed_amount,
    cast(tax_amount as decimal(18, 2)) as tax_amount,
    cast(total_amount as decimal(18, 2)) as total_amount,
    created_at,
    {{ record_columns() }}
from current_records
