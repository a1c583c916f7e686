-- One row per version of a vendor of a company of Dynamics.
select
    {{ feed_origin('d365') }},
    {{ source_key(['company_code', 'supplier_id']) }} as source_supplier_key,
    supplier_name,
    not coalesce(is_locked, false) as is_active,
    valid_from_at,
    valid_to_at,
    {{ audit_columns('vendor') }}
from {{ ref('stg_d365__vendor_landed') }} as vendor
