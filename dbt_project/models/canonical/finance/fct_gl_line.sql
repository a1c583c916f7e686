-- One row per line of a posted ledger entry: debit positive, credit negative, in the company's currency.
select
    {{ surrogate_key(['line.source_instance', 'line.account_move_line_id']) }} as gl_line_key,
    {{ surrogate_key(['line.source_instance', 'line.account_move_id']) }} as journal_entry_key,
    move.account_move_number as journal_entry_number,
    cast(line.line_no as integer) as line_number,
    company.company_key,
    coalesce(period.fiscal_period_key, {{ unknown_key() }}) as fiscal_period_key,
    coalesce(account.gl_account_key, {{ unknown_key() }}) as gl_account_key,
    {{ unknown_key() }} as cost_center_key,
    coalesce(supplier.supplier_key, {{ unknown_key() }}) as supplier_key,
    move.account_move_date as effective_date,
    move.post_date as posted_date,
    cast(line.debit_amount - line.credit_amount as decimal(18, 2)) as functional_amount,
    company.functional_currency_code,
    upper(journal.journal_type) as source_module,
    move.source_document,
    {{ reference_key('move.source_instance', 'move.invoice_id') }} as invoice_key,
    line.reconciliation_id is not null as is_settled,
    coalesce(period.is_adjustment, false) as is_adjustment,
    cast('tryton' as {{ dbt.type_string() }}) as source_system,
    line.source_instance,
    line.account_move_line_id as source_pk,
    {{ audit_columns('line') }}
from {{ ref('stg_tryton__account_move_line') }} as line
inner join {{ ref('stg_tryton__account_move') }} as move
    on line.source_instance = move.source_instance and line.account_move_id = move.account_move_id
left join {{ ref('stg_tryton__journal') }} as journal
    on move.source_instance = journal.source_instance and move.journal_id = journal.journal_id
left join {{ ref('dim_company') }} as company
    on {{ reference_key('move.source_instance', 'move.company_id') }} = company.company_key
left join {{ ref('dim_fiscal_period') }} as period
    on {{ reference_key('move.source_instance', 'move.period_id') }} = period.fiscal_period_key
left join {{ ref('xref_gl_account') }} as account
    on
        line.source_instance = account.source_instance
        and cast(line.account_id as {{ dbt.type_string() }}) = account.gl_account_source_key
left join {{ ref('xref_supplier') }} as supplier
    on
        line.source_instance = supplier.source_instance
        and cast(line.party_id as {{ dbt.type_string() }}) = supplier.source_supplier_key
where move.account_move_state = 'posted'
