-- One row per version of a business partner of SAP that is a supplier.
select
    {{ feed_origin('sap_s4') }},
    supplier_id as source_supplier_key,
    coalesce(supplier_name, partner_name) as supplier_name,
    not coalesce(is_blocked, false)
    and not coalesce(is_supplier_deleted, false)
    and not coalesce(is_marked_for_archiving, false) as is_active,
    valid_from_at,
    valid_to_at,
    {{ audit_columns('partner') }}
from {{ ref('stg_sap_s4__business_partner_landed') }} as partner
where supplier_id is not null
