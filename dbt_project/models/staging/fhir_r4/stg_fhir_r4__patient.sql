-- One row per patient, without identity; current versions only.
with current_records as (
    {{ current_version(source('raw_fhir_r4', 'patient')) }}
)

select
    patient_key,
    active as is_active,
    {{ text_value('gender') }} as gender_code,
    birth_year,
    {{ text_value('zip3') }} as zip3,
    coalesce(is_deceased, deceased_year is not null) as is_deceased,
    deceased_year,
    {{ text_value('link_type') }} as link_type,
    linked_patient_key,
    {{ record_columns() }}
from current_records
