{{ config(schema='restricted') }}
-- One row per case: what it is compared with. A procedure group is the longest rule that holds (map_procedure_group), else the
-- first four characters of an ICD-10-PCS code (body system, operation, body part), else the code; severity is the MS-DRG of
-- the stay, NONE of visits that are not grouped.
with ruled as (
    select
        operation.case_key,
        rule.procedure_group,
        row_number() over (partition by operation.case_key order by length(rule.code_prefix) desc, rule.rule_id asc) as rule_rank
    from {{ ref('fct_case') }} as operation
    inner join {{ ref('map_procedure_group') }} as rule
        on
            operation.procedure_code_system = rule.procedure_code_system
            and operation.procedure_code like rule.code_prefix || '%'
)

select
    operation.case_key,
    coalesce(
        ruled.procedure_group,
        case when operation.procedure_code_system = 'ICD-10-PCS' then substr(operation.procedure_code, 1, 4) end,
        operation.procedure_code,
        {{ unknown_key() }}
    ) as procedure_group,
    coalesce(encounter.ms_drg_code, 'NONE') as severity_code
from {{ ref('fct_case') }} as operation
left join ruled on operation.case_key = ruled.case_key and ruled.rule_rank = 1
left join {{ ref('fct_encounter') }} as encounter on operation.encounter_key = encounter.encounter_key
