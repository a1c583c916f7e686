-- One row per purchase order; current versions only.
with current_records as (
    {{ current_version(source('raw_sap_s4', 'purchase_order')) }}
)

select
    purchase_order as po_number,
    company_code,
    order_type as po_type,
    {{ text_value('deletion_code') }} as deletion_code,
    processing_status as po_status,
    created_date,
    {{ text_value('supplier') }} as supplier_id,
    {{ text_value('payment_terms') }} as payment_terms_code,
    {{ text_value('purchasing_organization') }} as purchasing_organization,
    {{ text_value('purchasing_group') }} as purchasing_group,
    order_date,
    currency as currency_code,
    cast({{ text_value('exchange_rate') }} as decimal(18, 6)) as exchange_rate,
    {{ text_value('supplying_supplier') }} as supplying_supplier_id,
    {{ text_value('supplying_plant') }} as supplying_plant_code,
    {{ text_value('invoicing_party') }} as invoicing_party_id,
    release_is_not_completed as is_release_pending,
    {{ text_value('incoterms') }} as incoterms_code,
    {{ record_columns() }}
from current_records
