-- One row per supplier and purchasing organisation: terms and rules of ordering; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'supplier_purchasing_organization'), ref('stg_sap_s4__business_partner')) }}
)

select
    _line_no as line_no,
    supplier as supplier_id,
    purchasing_organization,
    {{ text_value('order_currency') }} as currency_code,
    {{ text_value('payment_terms') }} as payment_terms_code,
    cast(planned_delivery_days as integer) as planned_delivery_days,
    cast(minimum_order_amount as decimal(18, 2)) as minimum_order_amount,
    {{ text_value('incoterms') }} as incoterms_code,
    invoice_is_receipt_based as is_invoice_receipt_based,
    acknowledgement_is_required as is_acknowledgement_required,
    purchasing_is_blocked as is_purchasing_blocked,
    is_deleted,
    {{ child_record_columns() }}
from current_lines
