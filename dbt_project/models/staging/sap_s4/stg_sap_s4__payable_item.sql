-- One row per line of an accounting document on a supplier's account: what is owed, and what paid it; current versions only.
with current_records as (
    {{ current_version(source('raw_sap_s4', 'payable_item')) }}
)

select
    company_code,
    fiscal_year,
    accounting_document as accounting_document_number,
    item as accounting_line_number,
    document_type as accounting_document_type,
    {{ text_value('ledger_line') }} as journal_line_number,
    {{ text_value('gl_account') }} as gl_account_number,
    {{ text_value('cost_center') }} as cost_center_code,
    {{ text_value('profit_center') }} as profit_center_code,
    debit_credit as debit_credit_code,
    cast(amount as decimal(18, 2)) as amount,
    currency as currency_code,
    posting_date,
    document_date,
    {{ text_value('fiscal_period') }} as fiscal_period,
    {{ text_value('supplier') }} as supplier_id,
    {{ text_value('purchase_order') }} as po_number,
    {{ text_value('purchase_order_item') }} as po_line_number,
    {{ text_value('original_reference') }} as original_reference,
    clearing_date,
    {{ text_value('clearing_document') }} as clearing_document_number,
    {{ text_value('clearing_year') }} as clearing_fiscal_year,
    {{ record_columns() }}
from current_records
