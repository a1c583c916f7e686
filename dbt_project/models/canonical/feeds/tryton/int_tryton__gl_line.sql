-- One row per line of a posted ledger entry of Tryton.
select
    {{ feed_origin('tryton', 'line.source_instance') }},
    line.account_move_line_id as source_pk,
    line.account_move_id as journal_source_key,
    move.account_move_number as journal_entry_number,
    cast(line.line_no as integer) as line_number,
    {{ no_text() }} as ledger_code,
    move.company_id as company_source_key,
    move.period_id as period_source_key,
    line.account_id as gl_account_source_key,
    {{ no_text() }} as cost_center_source_code,
    {{ no_text() }} as facility_source_code,
    line.party_id as supplier_source_key,
    {{ no_text() }} as item_source_key,
    {{ no_text() }} as po_line_source_pk,
    move.invoice_id as invoice_source_key,
    move.account_move_date as effective_date,
    move.post_date as posted_date,
    cast(line.debit_amount - line.credit_amount as decimal(18, 2)) as functional_amount,
    upper(journal.journal_type) as source_module,
    move.source_document,
    line.reconciliation_id is not null as is_settled,
    coalesce(period.period_type = 'adjustment', false) as is_adjustment,
    {{ audit_columns('line') }}
from {{ ref('stg_tryton__account_move_line') }} as line
inner join {{ ref('stg_tryton__account_move') }} as move
    on line.source_instance = move.source_instance and line.account_move_id = move.account_move_id
left join {{ ref('stg_tryton__journal') }} as journal
    on move.source_instance = journal.source_instance and move.journal_id = journal.journal_id
left join {{ ref('stg_tryton__period') }} as period
    on move.source_instance = period.source_instance and move.period_id = period.period_id
where move.account_move_state = 'posted'
