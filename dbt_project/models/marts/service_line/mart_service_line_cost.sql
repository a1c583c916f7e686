-- One row per facility, month, service line and class of patient: its cost by kind. NON_PATIENT, UNASSIGNED and COST_VARIANCE
-- are lines like any other, so that the rows of a facility and month sum to its ledger's expense, to the cent. A count of fewer
-- than eleven visits is not shown.
with costs as (
    select
        cost.facility_key,
        cost.period,
        cost.service_line_key,
        cost.patient_class,
        sum(cost.cost_amount) as cost_total_amount,
        sum(case when component.is_direct then cost.cost_amount else 0 end) as cost_direct_amount,
        sum(case when component.is_direct and component.is_variable then cost.cost_amount else 0 end)
            as cost_variable_direct_amount,
        {%- for kind in [
            'LABOR_DIRECT', 'SUPPLY_DIRECT', 'IMPLANT', 'DRUG', 'EQUIPMENT', 'PURCH_SERVICE', 'OTHER_DIRECT', 'OVERHEAD'
        ] %}
        sum(case when cost.cost_component = '{{ kind }}' then cost.cost_amount else 0 end) as {{ kind | lower }}_amount
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_cost__service_line') }} as cost
    inner join {{ ref('cfg_cost_component') }} as component on cost.cost_component = component.cost_component
    group by cost.facility_key, cost.period, cost.service_line_key, cost.patient_class
),

currencies as (
    select
        facility_key,
        period,
        min(currency_code) as currency_code
    from {{ ref('int_cost__department') }}
    group by facility_key, period
)

select
    costs.facility_key,
    costs.period,
    costs.service_line_key,
    line.service_line_name,
    costs.patient_class,
    case when volume.encounter_count >= {{ var('smallest_cell') }} then volume.encounter_count end as encounter_count,
    coalesce(volume.encounter_count < {{ var('smallest_cell') }}, false) as is_small_cell,
    cast(costs.cost_variable_direct_amount as decimal(18, 2)) as cost_variable_direct_amount,
    cast(costs.cost_direct_amount - costs.cost_variable_direct_amount as decimal(18, 2)) as cost_fixed_direct_amount,
    cast(costs.cost_direct_amount as decimal(18, 2)) as cost_direct_amount,
    cast(costs.cost_total_amount - costs.cost_direct_amount as decimal(18, 2)) as cost_indirect_amount,
    cast(costs.cost_total_amount as decimal(18, 2)) as cost_total_amount,
    {%- for kind in [
        'labor_direct', 'supply_direct', 'implant', 'drug', 'equipment', 'purch_service', 'other_direct', 'overhead'
    ] %}
    cast(costs.{{ kind }}_amount as decimal(18, 2)) as {{ kind }}_amount,
    {%- endfor %}
    currencies.currency_code
from costs
inner join currencies on costs.facility_key = currencies.facility_key and costs.period = currencies.period
left join {{ ref('cfg_service_line') }} as line on costs.service_line_key = line.service_line_key
left join {{ ref('int_service_line__volume') }} as volume
    on
        costs.facility_key = volume.facility_key
        and costs.period = volume.period
        and costs.service_line_key = volume.service_line_key
        and costs.patient_class = volume.patient_class
