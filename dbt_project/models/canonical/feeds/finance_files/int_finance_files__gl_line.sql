-- One row per line of a journal of the ledger files, debit positive. A journal is one of its company: where a part of the
-- company kept books of its own, the journal's lines stand in both ledgers and only together sum to zero.
select
    {{ feed_origin('finance_files') }},
    {{ source_key(['ledger_code', 'company_code', 'journal_id', 'line_number']) }} as source_pk,
    {{ source_key(['company_code', 'journal_id']) }} as journal_source_key,
    journal_id as journal_entry_number,
    line_number,
    ledger_code,
    company_code as company_source_key,
    {{ no_text() }} as period_source_key,
    gl_account_code as gl_account_source_key,
    cost_center_code as cost_center_source_code,
    {{ no_text() }} as facility_source_code,
    {{ no_text() }} as supplier_source_key,
    {{ no_text() }} as item_source_key,
    {{ no_text() }} as po_line_source_pk,
    {{ no_text() }} as invoice_source_key,
    posting_date as effective_date,
    posting_date as posted_date,
    functional_amount,
    source_module,
    source_document,
    false as is_settled,
    coalesce(is_adjustment, false) as is_adjustment,
    {{ audit_columns('line') }}
from {{ ref('stg_finance_files__ledger_line') }} as line
