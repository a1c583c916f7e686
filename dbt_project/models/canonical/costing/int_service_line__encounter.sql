{{ config(schema='restricted', unit=['encounter_key']) }}
-- One row per encounter that can bear cost: its service line, and the rule that says so. The first rule that holds wins: the
-- MS-DRG of a stay (or its principal diagnosis, where the DRG says that the operation had nothing to do with it), until it is
-- coded the ward, if that has patients of one line; the stay that an emergency visit led to; the procedure of an outpatient;
-- the department of an outpatient; emergency; the diagnosis of an observation; else nobody's.
with encounters as (
    select
        scope.*,
        cast(case when {{ is_ms_drg('scope.ms_drg_code') }} then scope.ms_drg_code end as integer) as ms_drg_number
    from {{ ref('int_cost__encounter_scope') }} as scope
),

diagnoses as (
    select
        encounter.encounter_key,
        rule.rule_id,
        rule.service_line_key,
        row_number() over (
            partition by encounter.encounter_key order by length(rule.code_prefix) desc, rule.rule_id asc
        ) as rule_rank
    from encounters as encounter
    inner join {{ ref('map_diagnosis_service_line') }} as rule
        on
            encounter.principal_diagnosis_code like rule.code_prefix || '%'
            and encounter.ended_date >= rule.valid_from
            and encounter.ended_date < rule.valid_to
),

-- What was done: in the case, as its log says first; of a site without one, as it was coded.
done as (
    select
        encounter_key,
        procedure_code_system,
        procedure_code,
        1 as evidence_rank,
        case_key as tie
    from {{ ref('fct_case') }}
    where not is_cancelled and procedure_code is not null
    union all
    select
        encounter_key,
        procedure_code_system,
        procedure_code,
        2 as evidence_rank,
        encounter_procedure_key as tie
    from {{ ref('fct_encounter_procedure') }}
),

procedures as (
    select
        done.encounter_key,
        rule.rule_id,
        rule.service_line_key,
        row_number() over (
            partition by done.encounter_key
            order by done.evidence_rank asc, length(rule.code_prefix) desc, done.tie asc, rule.rule_id asc
        ) as rule_rank
    from done
    inner join encounters as encounter on done.encounter_key = encounter.encounter_key
    inner join {{ ref('map_procedure_service_line') }} as rule
        on
            done.procedure_code_system = rule.procedure_code_system
            and done.procedure_code like rule.code_prefix || '%'
            and encounter.ended_date >= rule.valid_from
            and encounter.ended_date < rule.valid_to
),

-- Outpatients are not grouped, so the DRG speaks of stays only; a DRG stands in one range (a test of the seed).
judged as (
    select
        encounter.*,
        drg.rule_id as drg_rule_id,
        drg.service_line_key as drg_service_line_key,
        diagnosis.rule_id as diagnosis_rule_id,
        diagnosis.service_line_key as diagnosis_service_line_key,
        done.rule_id as procedure_rule_id,
        done.service_line_key as procedure_service_line_key,
        department.rule_id as department_rule_id,
        department.service_line_key as department_service_line_key
    from encounters as encounter
    left join {{ ref('map_drg_service_line') }} as drg
        on
            encounter.encounter_class = 'INPATIENT'
            and encounter.ms_drg_number >= drg.ms_drg_from
            and encounter.ms_drg_number < drg.ms_drg_to
            and encounter.ended_date >= drg.valid_from
            and encounter.ended_date < drg.valid_to
    left join diagnoses as diagnosis
        on encounter.encounter_key = diagnosis.encounter_key and diagnosis.rule_rank = 1
    left join procedures as done on encounter.encounter_key = done.encounter_key and done.rule_rank = 1
    left join {{ ref('dim_cost_center') }} as center on encounter.cost_center_key = center.cost_center_key
    left join {{ ref('map_department_service_line') }} as department
        on
            center.department_function = department.department_function
            and encounter.encounter_class = department.encounter_class
            and encounter.ended_date >= department.valid_from
            and encounter.ended_date < department.valid_to
),

own as (
    select
        judged.*,
        case
            when encounter_class = 'INPATIENT' and drg_rule_id is not null then drg_rule_id
            when encounter_class = 'INPATIENT' and ms_drg_number is not null then diagnosis_rule_id
            when encounter_class = 'INPATIENT' and ms_drg_code is null then department_rule_id
            when encounter_class = 'OUTPATIENT' then coalesce(procedure_rule_id, department_rule_id)
            when encounter_class = 'EMERGENCY' then 'CLASS_EMERGENCY'
            when encounter_class = 'OBSERVATION' then diagnosis_rule_id
        end as own_rule_id,
        case
            when encounter_class = 'INPATIENT' and drg_rule_id is not null then drg_service_line_key
            when encounter_class = 'INPATIENT' and ms_drg_number is not null then diagnosis_service_line_key
            when encounter_class = 'INPATIENT' and ms_drg_code is null then department_service_line_key
            when encounter_class = 'OUTPATIENT' then coalesce(procedure_service_line_key, department_service_line_key)
            when encounter_class = 'EMERGENCY' then 'EMERGENCY'
            when encounter_class = 'OBSERVATION' then diagnosis_service_line_key
        end as own_service_line_key
    from judged
)

select
    own.encounter_key,
    own.facility_key,
    own.encounter_class,
    own.started_period,
    coalesce(
        case when led.encounter_key is not null then coalesce(stay.own_service_line_key, 'UNASSIGNED') end,
        own.own_service_line_key,
        'UNASSIGNED'
    ) as service_line_key,
    coalesce(
        case when led.encounter_key is not null then 'STAY:' || coalesce(stay.own_rule_id, 'NO_RULE') end,
        own.own_rule_id,
        'NO_RULE'
    ) as rule_id
from own
left join {{ ref('int_service_line__stay') }} as led on own.encounter_key = led.encounter_key
left join own as stay on led.stay_encounter_key = stay.encounter_key
