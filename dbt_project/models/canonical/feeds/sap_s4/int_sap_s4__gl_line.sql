-- One row per line of a journal entry of SAP, debit positive. Only an entry for an invoice names a document that is known
-- here by its number and year.
select
    {{ feed_origin('sap_s4') }},
    {{ source_key(['company_code', 'fiscal_year', 'journal_entry_number', 'journal_line_number']) }} as source_pk,
    {{ source_key(['company_code', 'fiscal_year', 'journal_entry_number']) }} as journal_source_key,
    journal_entry_number,
    cast(journal_line_number as integer) as line_number,
    ledger_code,
    company_code as company_source_key,
    {{ no_text() }} as period_source_key,
    gl_account_number as gl_account_source_key,
    cost_center_code as cost_center_source_code,
    plant_code as facility_source_code,
    supplier_id as supplier_source_key,
    item_number as item_source_key,
    {{ source_key(['po_number', 'po_line_number']) }} as po_line_source_pk,
    case when reference_document_type = 'RMRP' then {{ source_key(['reference_document_number', 'fiscal_year']) }} end
        as invoice_source_key,
    document_date as effective_date,
    posting_date as posted_date,
    amount as functional_amount,
    journal_entry_type as source_module,
    reference_document_number as source_document,
    clearing_entry_number is not null as is_settled,
    -- Periods after the twelfth are SAP's special periods, for adjustments of the year.
    cast(fiscal_period as integer) > 12 as is_adjustment,
    {{ audit_columns('line') }}
from {{ ref('stg_sap_s4__journal_item') }} as line
