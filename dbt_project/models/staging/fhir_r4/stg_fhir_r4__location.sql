-- One row per place; current versions only.
with current_records as (
    {{ current_version(source('raw_fhir_r4', 'location')) }}
)

select
    id as location_id,
    {{ text_value('location_code') }} as location_code,
    {{ text_value('status') }} as location_status,
    {{ text_value('name') }} as location_name,
    {{ text_value('mode') }} as mode,
    {{ text_value('type_code') }} as type_code,
    {{ text_value('physical_type_code') }} as physical_type_code,
    {{ text_value('organization_id') }} as organization_id,
    {{ text_value('organization_code') }} as organization_code,
    {{ text_value('part_of_location_id') }} as part_of_location_id,
    {{ record_columns() }}
from current_records
