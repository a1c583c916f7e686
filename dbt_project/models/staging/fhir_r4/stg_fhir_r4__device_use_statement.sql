-- One row per statement that a patient uses or got a device, whatever its status; current versions only.
with current_records as (
    {{ current_version(source('raw_fhir_r4', 'device_use_statement')) }}
)

select
    id as device_use_statement_id,
    {{ text_value('status') }} as device_use_status,
    patient_key,
    derived_from_id,
    coalesce(used_started_at, used_at) as used_at,
    recorded_at,
    device_id,
    {{ text_value('body_site_code') }} as body_site_code,
    {{ record_columns() }}
from current_records
