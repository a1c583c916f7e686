-- One row per encounter, whatever its status; current versions only.
with current_records as (
    {{ current_version(source('raw_fhir_r4', 'encounter')) }}
)

select
    encounter_key,
    {{ text_value('status') }} as encounter_status,
    {{ text_value('class_code') }} as class_code,
    {{ text_value('type_system') }} as type_system,
    {{ text_value('type_code') }} as type_code,
    {{ text_value('service_type_code') }} as service_type_code,
    patient_key,
    started_at,
    ended_at,
    primary_provider_key,
    {{ text_value('admit_source_code') }} as admit_source_code,
    case
        when length({{ text_value('discharge_disposition_code') }}) = 1
            then '0' || {{ text_value('discharge_disposition_code') }}
        else {{ text_value('discharge_disposition_code') }}
    end as discharge_disposition_code,
    {{ text_value('organization_id') }} as organization_id,
    part_of_encounter_key,
    account_key,
    {{ record_columns() }}
from current_records
