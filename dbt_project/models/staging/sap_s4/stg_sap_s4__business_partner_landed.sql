-- One row per business partner and version of it that was landed, from when to when it held; the current one included.
with landed_records as (
    {{ landed_versions(source('raw_sap_s4', 'business_partner')) }}
)

select
    business_partner as business_partner_id,
    {{ text_value('supplier') }} as supplier_id,
    {{ text_value('full_name') }} as partner_name,
    is_blocked,
    is_marked_for_archiving,
    {{ text_value('supplier_name') }} as supplier_name,
    supplier_is_deleted as is_supplier_deleted,
    valid_from_at,
    valid_to_at,
    {{ record_columns() }}
from landed_records
