{{ config(unit=['facility_key', 'period']) }}
-- One row per facility, month, service line, class of patient and kind of cost: visits' cost by their line, and what no visit
-- bears in the lines NON_PATIENT, UNASSIGNED and COST_VARIANCE (class of patient NONE). The sum is the ledger's expense.
with of_visits as (
    select
        cost.facility_key,
        cost.period,
        line.service_line_key,
        line.encounter_class as patient_class,
        cost.cost_component,
        cast(sum(cost.cost_amount) as decimal(18, 2)) as cost_amount
    from {{ ref('int_cost__encounter') }} as cost
    inner join {{ ref('int_service_line__encounter') }} as line on cost.encounter_key = line.encounter_key
    where cost.costing_method <> 'NONE'
    group by cost.facility_key, cost.period, line.service_line_key, line.encounter_class, cost.cost_component
),

of_nobody as (
    select
        facility_key,
        period,
        destination as service_line_key,
        'NONE' as patient_class,
        cost_component,
        cast(sum(left_amount) as decimal(18, 2)) as cost_amount
    from {{ ref('int_cost__spread') }}
    where destination <> 'ENCOUNTER'
    group by facility_key, period, destination, cost_component
)

select * from of_visits
union all
select * from of_nobody
