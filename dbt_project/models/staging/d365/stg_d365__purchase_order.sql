-- One row per purchase order; current versions only.
with current_records as (
    {{ current_version(source('raw_d365', 'purchase_order')) }}
)

select
    company_code,
    po_number,
    {{ text_value('supplier_number') }} as supplier_id,
    {{ text_value('invoice_supplier_number') }} as invoice_supplier_id,
    status as po_status,
    approval_status,
    {{ text_value('currency_code') }} as currency_code,
    order_date,
    requested_delivery_date,
    confirmed_delivery_date,
    requested_ship_date,
    confirmed_ship_date,
    {{ text_value('site_code') }} as receiving_facility_code,
    {{ text_value('warehouse_code') }} as location_code,
    {{ text_value('buyer_group') }} as buyer_group_code,
    {{ text_value('payment_terms_code') }} as payment_terms_code,
    {{ text_value('delivery_terms_code') }} as delivery_terms_code,
    {{ text_value('vendor_reference') }} as supplier_reference,
    cast(discount_percent as decimal(18, 6)) as discount_percent,
    is_change_management_active = 'Yes' as is_change_management_active,
    nullif({{ dbt.split_part('default_dimensions', "'-'", 1) }}, '') as account_code,
    nullif({{ dbt.split_part('default_dimensions', "'-'", 2) }}, '') as facility_code,
    nullif({{ dbt.split_part('default_dimensions', "'-'", 3) }}, '') as cost_center_code,
    status = 'Canceled' as is_cancelled,
    {{ record_columns() }}
from current_records
