-- One row per line of a journal entry; current versions only.
with current_records as (
    {{ current_version(source('raw_sap_s4', 'journal_item')) }}
)

select
    company_code,
    fiscal_year,
    accounting_document as journal_entry_number,
    ledger_line as journal_line_number,
    {{ text_value('ledger') }} as ledger_code,
    document_type as journal_entry_type,
    gl_account as gl_account_number,
    {{ text_value('cost_center') }} as cost_center_code,
    {{ text_value('profit_center') }} as profit_center_code,
    debit_credit as debit_credit_code,
    cast(amount as decimal(18, 2)) as amount,
    currency as currency_code,
    posting_date,
    document_date,
    fiscal_period,
    {{ text_value('supplier') }} as supplier_id,
    {{ text_value('material') }} as item_number,
    {{ text_value('plant') }} as plant_code,
    {{ text_value('purchase_order') }} as po_number,
    {{ text_value('purchase_order_item') }} as po_line_number,
    {{ text_value('reference_document') }} as reference_document_number,
    {{ text_value('reference_document_type') }} as reference_document_type,
    is_reversal,
    is_reversed,
    clearing_date,
    {{ text_value('clearing_document') }} as clearing_entry_number,
    {{ record_columns() }}
from current_records
