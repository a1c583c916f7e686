-- One row per line of a posted voucher of Dynamics, debit positive.
select
    {{ feed_origin('d365') }},
    {{ source_key(['company_code', 'voucher_number', 'voucher_line']) }} as source_pk,
    {{ source_key(['company_code', 'voucher_number']) }} as journal_source_key,
    voucher_number as journal_entry_number,
    cast(voucher_line as integer) as line_number,
    {{ no_text() }} as ledger_code,
    company_code as company_source_key,
    {{ no_text() }} as period_source_key,
    account_code as gl_account_source_key,
    cost_center_code as cost_center_source_code,
    facility_code as facility_source_code,
    {{ no_text() }} as supplier_source_key,
    {{ no_text() }} as item_source_key,
    {{ no_text() }} as po_line_source_pk,
    case when posting_type = 'INVOICE' then {{ source_key(['company_code', 'document_number']) }} end
        as invoice_source_key,
    posting_date as effective_date,
    posting_date as posted_date,
    amount as functional_amount,
    posting_type as source_module,
    document_number as source_document,
    false as is_settled,
    false as is_adjustment,
    {{ audit_columns('line') }}
from {{ ref('stg_d365__ledger_entry') }} as line
