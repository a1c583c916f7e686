-- One row per facility, month, service line and class of patient: its cost by kind, what was earned, and what is left after
-- each layer of cost. NON_PATIENT, UNASSIGNED and COST_VARIANCE are lines like any other, so that the rows of a facility and
-- month sum to its ledger's expense, to the cent. Counts of fewer than eleven visits, and what they could be worked out from,
-- are empty.
{%- set kinds = ['LABOR_DIRECT', 'SUPPLY_DIRECT', 'IMPLANT', 'DRUG', 'EQUIPMENT', 'PURCH_SERVICE', 'OTHER_DIRECT', 'OVERHEAD'] %}
with entries as (
    select
        cost.facility_key,
        cost.period,
        cost.service_line_key,
        cost.patient_class,
        cost.cost_amount as cost_total_amount,
        case when component.is_direct then cost.cost_amount else 0 end as cost_direct_amount,
        case when component.is_direct and component.is_variable then cost.cost_amount else 0 end as cost_variable_direct_amount,
        {%- for kind in kinds %}
        case when cost.cost_component = '{{ kind }}' then cost.cost_amount else 0 end as {{ kind | lower }}_amount,
        {%- endfor %}
        cast(0 as decimal(18, 2)) as gross_charge_amount,
        cast(0 as decimal(18, 2)) as net_revenue_amount,
        cast(0 as decimal(18, 2)) as remitted_amount
    from {{ ref('int_cost__service_line') }} as cost
    inner join {{ ref('cfg_cost_component') }} as component on cost.cost_component = component.cost_component
    union all
    select
        facility_key,
        period,
        service_line_key,
        patient_class,
        cast(0 as decimal(18, 2)) as cost_total_amount,
        cast(0 as decimal(18, 2)) as cost_direct_amount,
        cast(0 as decimal(18, 2)) as cost_variable_direct_amount,
        {%- for kind in kinds %}
        cast(0 as decimal(18, 2)) as {{ kind | lower }}_amount,
        {%- endfor %}
        gross_charge_amount,
        net_revenue_amount,
        remitted_amount
    from {{ ref('int_revenue__service_line') }}
),

summed as (
    select
        facility_key,
        period,
        service_line_key,
        patient_class,
        {%- for amount in ['cost_total', 'cost_direct', 'cost_variable_direct', 'gross_charge', 'net_revenue', 'remitted'] %}
        sum({{ amount }}_amount) as {{ amount }}_amount,
        {%- endfor %}
        {%- for kind in kinds %}
        sum({{ kind | lower }}_amount) as {{ kind | lower }}_amount
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from entries
    group by facility_key, period, service_line_key, patient_class
),

currencies as (
    select
        facility_key,
        min(currency_code) as currency_code
    from {{ ref('int_cost__department') }}
    group by facility_key
),

counted as (
    select
        summed.*,
        line.service_line_name,
        line.service_line_group,
        case when not volume.is_small_encounter_count then volume.encounter_count end as encounter_count,
        case when not volume.is_small_discharge_count then volume.discharge_count end as discharge_count,
        case when not volume.is_small_discharge_count then volume.stay_hours end as stay_hours,
        case when not volume.is_small_discharge_count then volume.ms_drg_weight end as ms_drg_weight,
        coalesce(volume.is_small_encounter_count or volume.is_small_discharge_count, false) as is_small_cell,
        -- What charges are in, where a facility has no ledger yet.
        coalesce(currencies.currency_code, 'USD') as currency_code
    from summed
    left join currencies on summed.facility_key = currencies.facility_key
    left join {{ ref('dim_service_line') }} as line on summed.service_line_key = line.service_line_key
    left join {{ ref('int_service_line__volume') }} as volume
        on
            summed.facility_key = volume.facility_key
            and summed.period = volume.period
            and summed.service_line_key = volume.service_line_key
            and summed.patient_class = volume.patient_class
)

select
    facility_key,
    period,
    service_line_key,
    service_line_name,
    service_line_group,
    patient_class,
    encounter_count,
    discharge_count,
    is_small_cell,
    cast({{ div_exact('stay_hours', '24', 2) }} as decimal(18, 2)) as stay_days,
    cast({{ div_exact('stay_hours', '24 * discharge_count', 4) }} as decimal(18, 4)) as length_of_stay_days,
    ms_drg_weight,
    cast({{ div_exact('ms_drg_weight', 'discharge_count', 4) }} as decimal(18, 4)) as case_mix_index,
    cast(cost_variable_direct_amount as decimal(18, 2)) as cost_variable_direct_amount,
    cast(cost_direct_amount - cost_variable_direct_amount as decimal(18, 2)) as cost_fixed_direct_amount,
    cast(cost_direct_amount as decimal(18, 2)) as cost_direct_amount,
    cast(cost_total_amount - cost_direct_amount as decimal(18, 2)) as cost_indirect_amount,
    cast(cost_total_amount as decimal(18, 2)) as cost_total_amount,
    {%- for kind in kinds %}
    cast({{ kind | lower }}_amount as decimal(18, 2)) as {{ kind | lower }}_amount,
    {%- endfor %}
    cast(gross_charge_amount as decimal(18, 2)) as gross_charge_amount,
    cast(net_revenue_amount as decimal(18, 2)) as net_revenue_amount,
    cast(remitted_amount as decimal(18, 2)) as net_revenue_remitted_amount,
    cast(net_revenue_amount - cost_variable_direct_amount as decimal(18, 2)) as contribution_margin_amount,
    cast(net_revenue_amount - cost_direct_amount as decimal(18, 2)) as direct_margin_amount,
    cast(net_revenue_amount - cost_total_amount as decimal(18, 2)) as net_margin_amount,
    cast({{ div_exact('cost_total_amount', 'encounter_count', 2) }} as decimal(18, 2)) as cost_per_encounter_amount,
    cast({{ div_exact('supply_direct_amount + implant_amount', 'encounter_count', 2) }} as decimal(18, 2))
        as supply_per_encounter_amount,
    cast({{ div_exact('implant_amount', 'encounter_count', 2) }} as decimal(18, 2)) as implant_per_encounter_amount,
    cast({{ div_exact('cost_total_amount', 'ms_drg_weight', 2) }} as decimal(18, 2)) as cost_per_weight_amount,
    currency_code
from counted
