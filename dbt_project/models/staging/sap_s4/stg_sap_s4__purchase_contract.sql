-- One row per purchase contract; current versions only.
with current_records as (
    {{ current_version(source('raw_sap_s4', 'purchase_contract')) }}
)

select
    contract as contract_number,
    contract_type,
    {{ text_value('company_code') }} as company_code,
    supplier as supplier_id,
    {{ text_value('purchasing_organization') }} as purchasing_organization,
    {{ text_value('purchasing_group') }} as purchasing_group,
    created_date,
    valid_from_date,
    valid_to_date,
    {{ text_value('currency') }} as currency_code,
    cast(target_amount as decimal(18, 2)) as target_amount,
    {{ text_value('deletion_code') }} as deletion_code,
    release_is_not_completed as is_release_pending,
    {{ record_columns() }}
from current_records
