-- One row per coded visit: its latest coding. Times are UTC, by the facility's zone.
with current_records as (
    {{ current_version(source('raw_revenue_cycle', 'coded_abstract')) }}
),

placed_records as (
    select
        current_records.*,
        place.time_zone
    from current_records
    left join {{ ref('map_facility_time_zone') }} as place
        on place.source_system = 'revenue_cycle' and current_records.facility = place.source_code
)

select
    encounter_key,
    cast(version as integer) as coding_version,
    account_key,
    patient_key,
    {{ text_value('facility') }} as facility_code,
    birth_year,
    {{ text_value('sex') }} as sex,
    zip3,
    {{ text_value('class_code') }} as class_code,
    {{ utc_of_wall_clock('admitted_local_at', 'time_zone') }} as admitted_at,
    {{ utc_of_wall_clock('discharged_local_at', 'time_zone') }} as discharged_at,
    {{ utc_of_wall_clock('coded_local_at', 'time_zone') }} as coded_at,
    {{ is_wall_clock_ambiguous('admitted_local_at', 'time_zone') }}
    or {{ is_wall_clock_ambiguous('discharged_local_at', 'time_zone') }}
    or {{ is_wall_clock_ambiguous('coded_local_at', 'time_zone') }} as is_time_ambiguous,
    {{ text_value('ms_drg') }} as ms_drg,
    cast(drg_weight as decimal(9, 4)) as drg_weight,
    {{ text_value('grouper_version') }} as grouper_version,
    {{ text_value('principal_diagnosis_code') }} as principal_diagnosis_code,
    {{ text_value('secondary_diagnosis_codes') }} as secondary_diagnosis_codes,
    {{ text_value('procedure_codes') }} as procedure_codes,
    {{ text_value('outpatient_procedure_codes') }} as outpatient_procedure_codes,
    attending_provider_key,
    operating_provider_key,
    {{ text_value('payer_class') }} as payer_class,
    {{ text_value('discharge_disposition_code') }} as discharge_disposition_code,
    {{ record_columns() }}
from placed_records
