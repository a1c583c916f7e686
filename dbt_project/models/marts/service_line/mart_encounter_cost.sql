{{ config(schema='restricted') }}
-- One row per encounter, month, department, kind of cost and method: what the encounter cost, whole cents. All rows of a
-- facility and month, with the lines that no visit bears, sum to its ledger's expense.
select
    cost.encounter_key,
    cost.facility_key,
    cost.period,
    line.encounter_class as patient_class,
    line.service_line_key,
    line.rule_id as service_line_rule_id,
    cost.cost_center_key,
    department.cms_line,
    cost.cost_component,
    coalesce(component.is_direct, false) as is_direct,
    coalesce(component.is_variable, false) as is_variable,
    cost.costing_method,
    cost.cost_amount,
    department.currency_code
from {{ ref('int_cost__encounter') }} as cost
inner join {{ ref('int_service_line__encounter') }} as line on cost.encounter_key = line.encounter_key
left join {{ ref('cfg_cost_component') }} as component on cost.cost_component = component.cost_component
left join {{ ref('int_cost__department') }} as department
    on
        cost.facility_key = department.facility_key
        and cost.period = department.period
        and cost.cost_center_key = department.cost_center_key
