{{ config(schema='restricted', materialized='view') }}
-- One row per procedure code of a coded visit, in the order of its list. Inpatient codes are ICD-10-PCS, outpatient ones CPT or
-- HCPCS or a site's own.
with inpatient as (
    {{ list_items(ref('stg_revenue_cycle__coded_abstract'), ['source_instance', 'encounter_key'], 'procedure_codes', 30) }}
),

outpatient as (
    {{ list_items(
        ref('stg_revenue_cycle__coded_abstract'), ['source_instance', 'encounter_key'], 'outpatient_procedure_codes', 30
    ) }}
)

select
    source_instance,
    encounter_key,
    cast('ICD-10-PCS' as {{ dbt.type_string() }}) as procedure_code_system,
    cast(place_no as integer) as sequence_no,
    list_item as procedure_code
from inpatient
union all
select
    source_instance,
    encounter_key,
    cast('CPT_HCPCS' as {{ dbt.type_string() }}) as procedure_code_system,
    cast(place_no as integer) as sequence_no,
    list_item as procedure_code
from outpatient
