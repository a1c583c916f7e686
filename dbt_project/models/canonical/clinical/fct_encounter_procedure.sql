{{ config(schema='restricted', unit=['encounter_key']) }}
-- One row per procedure that a visit was coded with, in order; the first of a code system is the principal one. When and by
-- whom it was done is in `fct_procedure` and `fct_case`.
select
    {{ surrogate_key([
        'coded.source_instance', 'coded.encounter_key', 'coded.procedure_code_system', 'coded.sequence_no'
    ]) }} as encounter_procedure_key,
    coalesce(encounter.encounter_key, {{ unknown_key() }}) as encounter_key,
    coded.encounter_key as encounter_reference,
    coded.sequence_no,
    coded.sequence_no = 1 as is_principal,
    coalesce(code.procedure_code_key, {{ unknown_key() }}) as procedure_code_key,
    coded.procedure_code_system,
    coded.procedure_code,
    cast('revenue_cycle' as {{ dbt.type_string() }}) as source_system,
    coded.source_instance,
    coded.encounter_key as source_pk,
    {{ audit_columns('abstract') }}
from {{ ref('int_clinical__encounter_procedure') }} as coded
inner join {{ ref('stg_revenue_cycle__coded_abstract') }} as abstract
    on coded.source_instance = abstract.source_instance and coded.encounter_key = abstract.encounter_key
{{ encounter_join('coded', 'encounter') }}
left join {{ ref('dim_procedure') }} as code
    on coded.procedure_code_system = code.procedure_code_system and coded.procedure_code = code.procedure_code
