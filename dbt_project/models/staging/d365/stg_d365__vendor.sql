-- One row per vendor account; current versions only.
with current_records as (
    {{ current_version(source('raw_d365', 'vendor')) }}
)

select
    company_code,
    supplier_number as supplier_id,
    {{ text_value('name') }} as supplier_name,
    {{ text_value('vendor_group') }} as supplier_group_code,
    {{ text_value('currency_code') }} as currency_code,
    {{ text_value('payment_terms_code') }} as payment_terms_code,
    tax_id_token,
    hold_status,
    is_locked = 'Yes' as is_locked,
    {{ text_value('invoice_supplier_number') }} as invoice_supplier_id,
    {{ text_value('street') }} as street,
    {{ text_value('city') }} as city,
    {{ text_value('state_code') }} as state_code,
    {{ text_value('postal_code') }} as postal_code,
    {{ text_value('country_code') }} as country_code,
    hold_status not in ('No', 'Never') as is_on_hold,
    {{ record_columns() }}
from current_records
