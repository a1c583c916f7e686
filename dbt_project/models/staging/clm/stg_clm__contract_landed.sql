-- One row per version of a contract that was landed, the current one included.
with landed_versions as (
    {{ every_version(source('raw_clm', 'contract')) }}
)

select
    contract_number,
    contract_type,
    status as contract_status,
    {{ text_value('supplier') }} as supplier_number,
    {{ text_value('supplier_name') }} as supplier_name,
    {{ text_value('group_purchasing_organization') }} as group_purchasing_organization,
    starts_on as start_date,
    ends_on as end_date,
    terminated_on as termination_date,
    version_no,
    updated_at as known_at,
    {{ record_columns() }}
from landed_versions
