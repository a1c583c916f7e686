-- One row per medication administration, whatever its status; current versions only.
with current_records as (
    {{ current_version(source('raw_fhir_r4', 'medication_administration')) }}
)

select
    id as medication_administration_id,
    {{ text_value('status') }} as administration_status,
    {{ text_value('medication_system') }} as medication_system,
    {{ text_value('medication_code') }} as medication_code,
    coalesce({{ text_value('ndc') }}, {{ text_value('contained_ndc') }}) as source_ndc,
    {{ text_value('rxnorm_code') }} as rxnorm_code,
    {{ text_value('medication_id') }} as medication_id,
    patient_key,
    encounter_key,
    coalesce(given_started_at, given_at) as started_at,
    coalesce(given_ended_at, given_at) as ended_at,
    primary_provider_key,
    cast(dose_quantity as decimal(18, 6)) as dose_qty,
    coalesce({{ text_value('dose_unit') }}, {{ text_value('dose_unit_text') }}) as dose_unit,
    cast(rate_quantity as decimal(18, 6)) as rate_qty,
    {{ text_value('rate_unit') }} as rate_unit,
    {{ text_value('route_code') }} as route_code,
    device_id,
    {{ record_columns() }}
from current_records
