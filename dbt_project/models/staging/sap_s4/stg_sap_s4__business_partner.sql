-- One row per business partner: suppliers and manufacturers, as purchasing and payables hold them; current versions only.
with current_records as (
    {{ current_version(source('raw_sap_s4', 'business_partner')) }}
)

select
    business_partner as business_partner_id,
    {{ text_value('supplier') }} as supplier_id,
    category as partner_category,
    {{ text_value('partner_grouping') }} as partner_grouping,
    {{ text_value('full_name') }} as partner_name,
    {{ text_value('name_1') }} as partner_name_1,
    {{ text_value('name_2') }} as partner_name_2,
    {{ text_value('name_3') }} as partner_name_3,
    {{ text_value('name_4') }} as partner_name_4,
    {{ text_value('search_term') }} as search_term,
    nullif(concat(location_number_1, location_number_2, location_number_3), '') as gln,
    is_blocked,
    is_marked_for_archiving,
    {{ text_value('supplier_name') }} as supplier_name,
    {{ text_value('supplier_account_group') }} as supplier_account_group,
    {{ text_value('supplier_corporate_group') }} as supplier_corporate_group,
    {{ text_value('alternative_payee') }} as alternative_payee_id,
    payment_is_blocked as is_payment_blocked,
    posting_is_blocked as is_posting_blocked,
    purchasing_is_blocked as is_purchasing_blocked,
    supplier_is_deleted as is_supplier_deleted,
    created_at,
    {{ record_columns() }}
from current_records
