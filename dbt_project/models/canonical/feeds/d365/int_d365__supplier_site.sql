-- One row per vendor account of a company of Dynamics, by which the company orders and pays.
select
    {{ feed_origin('d365') }},
    {{ source_key(['company_code', 'supplier_id']) }} as source_pk,
    {{ source_key(['company_code', 'supplier_id']) }} as supplier_source_key,
    company_code as site_code,
    true as is_purchasing_site,
    invoice_supplier_id is null or invoice_supplier_id = supplier_id as is_pay_site,
    street,
    city,
    state_code as region_code,
    postal_code,
    country_code,
    currency_code,
    payment_terms_code,
    cast(null as integer) as planned_delivery_days,
    cast(null as boolean) as is_acknowledgement_required,
    not coalesce(is_locked, false) and not coalesce(is_on_hold, false) as is_active,
    {{ audit_columns('vendor') }}
from {{ ref('stg_d365__vendor') }} as vendor
