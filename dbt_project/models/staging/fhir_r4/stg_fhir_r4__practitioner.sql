-- One row per practitioner, as a key; current versions only.
with current_records as (
    {{ current_version(source('raw_fhir_r4', 'practitioner')) }}
)

select
    provider_key,
    npi_key,
    active as is_active,
    {{ text_value('qualification_code') }} as qualification_code,
    {{ record_columns() }}
from current_records
