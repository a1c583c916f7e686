{{ config(schema='restricted') }}
-- One row per case of an operating room, catheter laboratory or endoscopy, called off ones too: its times, what it took, and what
-- that cost, against what its preference card opens. A case has no revenue of its own: payers pay for the visit.
with supplies as (
    select
        case_key,
        sum(case when cost_component = 'IMPLANT' then used_amount + wasted_amount else 0 end) as implant_amount,
        sum(case when cost_component = 'DRUG' then used_amount + wasted_amount else 0 end) as drug_amount,
        sum(case when cost_component = 'SUPPLY_DIRECT' then used_amount + wasted_amount else 0 end) as disposable_amount,
        sum(used_amount + wasted_amount) as supply_amount,
        sum(wasted_amount) as wasted_amount,
        sum(picked_not_used_amount) as picked_not_used_amount,
        sum(card_expected_amount) as card_expected_amount,
        sum(case when not is_on_card and used_base_qty + wasted_base_qty > 0 then 1 else 0 end) as unlisted_item_count
    from {{ ref('int_case__item') }}
    group by case_key
),

departments as (
    select
        case_key,
        sum(case when activity_measure = 'CASE_STAFF_MINUTES' and cost_component = 'LABOR_DIRECT' then cost_amount else 0 end)
            as staff_amount,
        sum(case when activity_measure = 'CASE_STAFF_MINUTES' and cost_component <> 'LABOR_DIRECT' then cost_amount else 0 end)
            as room_amount,
        sum(case when activity_measure = 'CASE_ANESTHESIA_MINUTES' then cost_amount else 0 end) as anesthesia_amount
    from {{ ref('int_case__department_cost') }}
    group by case_key
)

select
    times.case_key,
    times.encounter_key,
    times.facility_key,
    times.period,
    times.case_date,
    times.suite_code,
    times.room_code,
    operation.surgeon_key,
    classified.procedure_group,
    operation.procedure_code,
    classified.severity_code,
    line.service_line_key,
    times.case_status,
    times.is_cancelled,
    times.in_room_minutes,
    times.incision_to_close_minutes,
    times.turnover_minutes,
    times.is_first_case,
    times.is_first_case_on_time,
    {%- for amount in ['staff', 'room', 'anesthesia'] %}
    cast(coalesce(departments.{{ amount }}_amount, 0) as decimal(18, 2)) as {{ amount }}_amount,
    {%- endfor %}
    {%- for amount in [
        'implant', 'drug', 'disposable', 'supply', 'wasted', 'picked_not_used', 'card_expected'
    ] %}
    cast(coalesce(supplies.{{ amount }}_amount, 0) as decimal(18, 2)) as {{ amount }}_amount,
    {%- endfor %}
    cast(coalesce(supplies.supply_amount - supplies.card_expected_amount, 0) as decimal(18, 2)) as card_variance_amount,
    cast(coalesce(supplies.unlisted_item_count, 0) as integer) as unlisted_item_count,
    cast(
        coalesce(departments.staff_amount + departments.room_amount + departments.anesthesia_amount, 0)
        + coalesce(supplies.supply_amount, 0) as decimal(18, 2)
    ) as cost_total_amount,
    currencies.currency_code
from {{ ref('int_case__time') }} as times
inner join {{ ref('fct_case') }} as operation on times.case_key = operation.case_key
inner join {{ ref('int_case__class') }} as classified on times.case_key = classified.case_key
left join supplies on times.case_key = supplies.case_key
left join departments on times.case_key = departments.case_key
left join {{ ref('int_service_line__encounter') }} as line on times.encounter_key = line.encounter_key
left join {{ ref('int_cost__month') }} as currencies
    on times.facility_key = currencies.facility_key and times.period = currencies.period
