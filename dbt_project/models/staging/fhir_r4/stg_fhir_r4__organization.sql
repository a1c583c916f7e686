-- One row per organization; current versions only.
with current_records as (
    {{ current_version(source('raw_fhir_r4', 'organization')) }}
)

select
    id as organization_id,
    {{ text_value('organization_code') }} as organization_code,
    {{ text_value('npi') }} as npi,
    active as is_active,
    {{ text_value('name') }} as organization_name,
    {{ text_value('type_code') }} as type_code,
    {{ text_value('part_of_organization_id') }} as part_of_organization_id,
    {{ record_columns() }}
from current_records
