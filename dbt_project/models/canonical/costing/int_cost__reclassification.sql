-- One row per rule and department of a facility and month whose cost of a kind it moves to another: the journal of step 2.
with takers as (
    select
        rule.rule_id,
        department.facility_code,
        department.cost_center_key,
        row_number() over (
            partition by rule.rule_id, department.facility_code order by department.cost_center_code
        ) as taker_rank
    from {{ ref('cfg_cost_reclassification') }} as rule
    inner join {{ ref('dim_cost_center') }} as department on rule.to_department_function = department.department_function
)

select
    rule.rule_id,
    ledger.facility_key,
    ledger.period,
    ledger.cost_component,
    ledger.currency_code,
    ledger.cost_center_key as from_cost_center_key,
    taker.cost_center_key as to_cost_center_key,
    ledger.ledger_amount as moved_amount
from {{ ref('int_cost__ledger') }} as ledger
inner join {{ ref('dim_cost_center') }} as department on ledger.cost_center_key = department.cost_center_key
inner join {{ ref('cfg_cost_reclassification') }} as rule
    on
        department.department_function = rule.department_function
        and ledger.cost_component = rule.cost_component
        and cast(ledger.period || '-01' as date) >= rule.valid_from
        and cast(ledger.period || '-01' as date) < rule.valid_to
inner join takers as taker
    on rule.rule_id = taker.rule_id and ledger.facility_key = taker.facility_code and taker.taker_rank = 1
