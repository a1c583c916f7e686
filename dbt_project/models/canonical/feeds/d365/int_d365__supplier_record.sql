-- One row per vendor of a company of Dynamics.
select
    {{ feed_origin('d365') }},
    {{ source_key(['company_code', 'supplier_id']) }} as source_supplier_key,
    supplier_id as supplier_code,
    supplier_name,
    tax_id_token,
    {{ no_text() }} as duns_number,
    {{ no_text() }} as gln,
    street,
    city,
    state_code as region_code,
    postal_code,
    country_code,
    {{ source_key(['company_code', 'invoice_supplier_id']) }} as remit_to_source_key,
    {{ no_text() }} as parent_source_key,
    {{ no_text() }} as parent_name,
    payment_terms_code,
    true as is_supplier,
    not coalesce(is_locked, false) as is_active,
    cast(null as timestamp) as created_at,
    {{ audit_columns('vendor') }}
from {{ ref('stg_d365__vendor') }} as vendor
