-- One row per device; current versions only. Lot and serial number are keyed tokens.
with current_records as (
    {{ current_version(source('raw_fhir_r4', 'device')) }}
)

select
    device_id,
    {{ text_value('status') }} as device_status,
    {{ text_value('udi_di') }} as udi_di,
    {{ text_value('udi_issuer') }} as udi_issuer,
    {{ text_value('udi_entry_type') }} as udi_entry_type,
    {{ text_value('type_system') }} as type_system,
    {{ text_value('type_code') }} as type_code,
    {{ text_value('device_name') }} as device_name,
    {{ text_value('manufacturer_name') }} as manufacturer_name,
    {{ text_value('model_number') }} as model_number,
    {{ text_value('part_number') }} as part_number,
    manufactured_at,
    expires_at,
    lot_token,
    serial_token,
    patient_key,
    {{ text_value('location_id') }} as location_id,
    {{ text_value('organization_id') }} as organization_id,
    {{ record_columns() }}
from current_records
