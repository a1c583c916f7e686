{{ config(schema='restricted', unit=['consumption_line_key']) }}
-- One row per use of an item that is counted and belongs to an encounter that can bear cost: how much was taken, and the
-- department that used it: of the suite in which it was used, else of the charge.
with used as (
    select
        line.consumption_line_key,
        line.encounter_key,
        line.facility_key,
        case
            when line.evidence = 'CHARGE_FILE_ITEM' then {{ period_of('line.used_at') }}
            else {{ period_of(wall_clock_of('line.used_at', 'facility.timezone')) }}
        end as period,
        line.item_key,
        line.ownership,
        operation.case_key,
        operation.suite_code,
        charge.cost_center_key as charged_cost_center_key,
        coalesce(line.used_base_qty, 0) + coalesce(line.wasted_base_qty, 0) as taken_base_qty,
        coalesce(line.wasted_base_qty, 0) as wasted_base_qty
    from {{ ref('fct_consumption_line') }} as line
    inner join {{ ref('int_cost__encounter_scope') }} as scope on line.encounter_key = scope.encounter_key
    inner join {{ ref('dim_facility') }} as facility on line.facility_key = facility.facility_key
    left join {{ ref('fct_case') }} as operation on line.case_key = operation.case_key
    -- A condition on the left side alone beside the keys can make DuckDB compare every line with every charge.
    left join {{ ref('fct_charge_line') }} as charge
        on
            line.source_instance = charge.source_instance
            and case when line.evidence = 'CHARGE_FILE_ITEM' then line.source_pk end = charge.source_pk
    where line.is_counted and line.item_key <> {{ unknown_key() }}
),

-- Of the departments that do what a suite does, the first.
suites as (
    select
        suite.suite_code,
        center.facility_code,
        center.cost_center_key,
        row_number() over (partition by suite.suite_code, center.facility_code order by center.cost_center_code) as center_rank
    from {{ ref('map_suite_department') }} as suite
    inner join {{ ref('dim_cost_center') }} as center on suite.department_function = center.department_function
)

select
    used.*,
    case
        when item.item_class = 'IMPLANT' then 'IMPLANT'
        when item.item_class = 'DRUG' then 'DRUG'
        else 'SUPPLY_DIRECT'
    end as cost_component,
    coalesce(suites.cost_center_key, used.charged_cost_center_key) as using_cost_center_key
from used
inner join {{ ref('dim_item') }} as item on used.item_key = item.item_key
left join suites
    on used.suite_code = suites.suite_code and used.facility_key = suites.facility_code and suites.center_rank = 1
where used.taken_base_qty > 0
