{{ config(unit=['facility_key', 'period']) }}
-- One row per facility, month and department that serves visits: the way in which its cost comes to them, the first of its
-- function's ways of which there was any. A department without one served no visit that month.
with measured as (
    select distinct
        facility_key,
        period,
        activity_scope,
        measure_place,
        activity_measure,
        activity_code
    from {{ ref('int_cost__measure') }}
),

named as (
    select distinct department_function
    from {{ ref('cfg_activity_method') }}
),

ranked as (
    select
        department.facility_key,
        department.period,
        department.cost_center_key,
        rule.costing_method,
        measured.activity_measure,
        measured.activity_code,
        measured.activity_scope,
        measured.measure_place,
        row_number() over (
            partition by department.facility_key, department.period, department.cost_center_key order by rule.method_rank
        ) as method_rank
    from {{ ref('int_cost__department') }} as department
    left join named on department.department_function = named.department_function
    inner join {{ ref('cfg_activity_method') }} as rule
        on coalesce(named.department_function, '*') = rule.department_function
    inner join measured
        on
            department.facility_key = measured.facility_key
            and department.period = measured.period
            and rule.activity_scope = measured.activity_scope
            and measured.measure_place = case rule.activity_scope
                when 'DEPARTMENT' then department.cost_center_key
                when 'FUNCTION' then department.department_function
                else '*'
            end
            and rule.activity_measure = measured.activity_measure
            and rule.activity_code = measured.activity_code
    where department.cost_role = 'PATIENT'
)

select
    facility_key,
    period,
    cost_center_key,
    costing_method,
    activity_measure,
    activity_code,
    activity_scope,
    measure_place
from ranked
where method_rank = 1
