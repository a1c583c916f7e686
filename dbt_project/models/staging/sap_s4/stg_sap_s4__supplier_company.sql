-- One row per supplier and company code: terms and blocks in payables; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'supplier_company'), ref('stg_sap_s4__business_partner')) }}
)

select
    _line_no as line_no,
    supplier as supplier_id,
    company_code,
    {{ text_value('payment_terms') }} as payment_terms_code,
    {{ text_value('reconciliation_account') }} as reconciliation_account_number,
    {{ text_value('alternative_payee') }} as alternative_payee_id,
    posting_is_blocked as is_posting_blocked,
    is_deleted,
    {{ child_record_columns() }}
from current_lines
