-- C3: what the cases of a visit bear of a department is what the visit bears of it, and what cases took is what was traced there.
with cases as (
    select
        operation.encounter_key,
        cost.cost_center_key,
        cost.cost_component,
        operation.period,
        sum(cost.cost_amount) as case_amount
    from {{ ref('int_case__department_cost') }} as cost
    inner join {{ ref('int_case__time') }} as operation on cost.case_key = operation.case_key
    group by operation.encounter_key, cost.cost_center_key, cost.cost_component, operation.period
)

select
    'department' as what,
    cases.encounter_key as of_what,
    cases.case_amount,
    visit.cost_amount as visit_amount
from cases
left join {{ ref('mart_encounter_cost') }} as visit
    on
        cases.encounter_key = visit.encounter_key
        and cases.period = visit.period
        and cases.cost_center_key = visit.cost_center_key
        and cases.cost_component = visit.cost_component
        and visit.costing_method <> 'ACTUAL'
where cases.case_amount <> coalesce(visit.cost_amount, 0)
union all
select
    'supplies' as what,
    coalesce(taken.case_key, traced.case_key) as of_what,
    taken.supply_amount as case_amount,
    traced.traced_amount as visit_amount
from {{ ref('mart_case_cost') }} as taken
full outer join (
    select
        case_key,
        sum(traced_amount) as traced_amount
    from {{ ref('int_cost__traced_line') }}
    where case_key is not null
    group by case_key
) as traced on taken.case_key = traced.case_key
where coalesce(taken.supply_amount, 0) <> coalesce(traced.traced_amount, 0)
