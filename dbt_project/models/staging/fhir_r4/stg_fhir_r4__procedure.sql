-- One row per procedure, whatever its status; current versions only.
with current_records as (
    {{ current_version(source('raw_fhir_r4', 'procedure')) }}
)

select
    procedure_id,
    {{ text_value('status') }} as procedure_status,
    {{ text_value('status_reason_code') }} as status_reason_code,
    {{ text_value('category_code') }} as category_code,
    {{ text_value('code_system') }} as code_system,
    {{ text_value('code') }} as procedure_code,
    coalesce({{ text_value('icd10_pcs_cms') }}, {{ text_value('icd10_pcs_hl7') }}) as icd10_pcs_code,
    patient_key,
    encounter_key,
    coalesce(performed_started_at, performed_at) as started_at,
    coalesce(performed_ended_at, performed_at) as ended_at,
    primary_provider_key,
    {{ text_value('location_id') }} as location_id,
    {{ text_value('body_site_code') }} as body_site_code,
    {{ record_columns() }}
from current_records
