{{ config(schema='restricted') }}
-- One row per coded visit: what coding knows of an encounter. It is coded after it ended.
select
    {{ feed_origin('revenue_cycle', 'abstract.source_instance') }},
    abstract.encounter_key,
    abstract.patient_key as patient_source_key,
    cast('finished' as {{ dbt.type_string() }}) as encounter_status,
    abstract.class_code as source_class_code,
    {{ no_text() }} as source_type_code,
    {{ no_text() }} as source_service_type_code,
    abstract.admitted_at as started_at,
    abstract.discharged_at as ended_at,
    abstract.birth_year,
    abstract.attending_provider_key as provider_source_key,
    {{ no_text() }} as first_location_source_key,
    {{ no_text() }} as last_location_source_key,
    abstract.facility_code as facility_source_code,
    {{ no_text() }} as admit_source_code,
    abstract.discharge_disposition_code,
    {{ no_text() }} as part_of_encounter_key,
    abstract.account_key,
    true as is_from_coding,
    {{ audit_columns('abstract') }}
from {{ ref('stg_revenue_cycle__coded_abstract') }} as abstract
