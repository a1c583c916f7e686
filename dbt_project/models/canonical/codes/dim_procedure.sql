-- One row per code that something done is recorded under, and the unknown member. Codes only: what CPT and a site's own codes
-- mean is licensed or local, so they stay opaque. What is said to be ICD-10-PCS and has not its shape is marked.
with codes as (
    select
        procedure_code_system,
        procedure_code
    from {{ ref('int_clinical__encounter_procedure') }}
    union
    select
        'ICD-10-PCS' as procedure_code_system,
        icd10_pcs_code as procedure_code
    from {{ ref('fct_procedure') }}
    union
    select
        source_code_system as procedure_code_system,
        source_procedure_code as procedure_code
    from {{ ref('fct_procedure') }}
    union
    select
        procedure_code_system,
        procedure_code
    from {{ ref('stg_perioperative__case_procedure') }}
)

select
    {{ surrogate_key(['procedure_code_system', 'procedure_code']) }} as procedure_code_key,
    procedure_code_system,
    procedure_code,
    case when procedure_code_system = 'ICD-10-PCS' then {{ is_icd10_pcs('procedure_code') }} end as is_well_formed
from codes
where procedure_code is not null and procedure_code_system is not null
union all
select
    {{ unknown_key() }} as procedure_code_key,
    {{ unknown_key() }} as procedure_code_system,
    {{ no_text() }} as procedure_code,
    cast(null as boolean) as is_well_formed
