-- One row per supplier of the procurement service.
select
    {{ feed_origin('procurement') }},
    supplier_number as source_supplier_key,
    supplier_number as supplier_code,
    supplier_name,
    tax_id_token,
    {{ no_text() }} as duns_number,
    {{ no_text() }} as gln,
    {{ no_text() }} as street,
    {{ no_text() }} as city,
    {{ no_text() }} as region_code,
    {{ no_text() }} as postal_code,
    {{ no_text() }} as country_code,
    {{ no_text() }} as remit_to_source_key,
    {{ no_text() }} as parent_source_key,
    {{ no_text() }} as parent_name,
    payment_terms_code,
    true as is_supplier,
    coalesce(supplier_status, 'active') = 'active' as is_active,
    created_at,
    {{ audit_columns('supplier') }}
from {{ ref('stg_procurement__supplier') }} as supplier
