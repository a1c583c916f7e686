{{ config(schema='restricted', materialized='view') }}
-- One row per case that surgeons are compared by: done within the months up to the last one that is closed. Surgeons of fewer
-- than eleven cases of a procedure and severity are one pool; cases of a pool that has fewer are in no figure, so that none
-- can be found by subtraction.
with windows as (
    select
        closed.facility_key,
        max(closed.period) as to_period,
        {{ period_of(dbt.dateadd('month', '1 - policy.window_months', "cast(max(closed.period) || '-01' as date)")) }}
            as from_period
    from {{ ref('int_close__month') }} as closed
    cross join {{ ref('cfg_variation_policy') }} as policy
    where closed.is_closed
    group by closed.facility_key, policy.window_months
),

supplies as (
    select
        case_key,
        sum(used_amount + wasted_amount) as supply_amount,
        min(currency_code) as currency_code
    from {{ ref('int_case__item') }}
    group by case_key
),

cases as (
    select
        times.case_key,
        times.facility_key,
        windows.from_period,
        windows.to_period,
        classified.procedure_group,
        classified.severity_code,
        operation.surgeon_key,
        supplies.supply_amount,
        supplies.currency_code,
        encounter.length_of_stay_hours,
        count(*) over (
            partition by times.facility_key, classified.procedure_group, classified.severity_code, operation.surgeon_key
        ) as surgeon_case_count
    from {{ ref('int_case__time') }} as times
    inner join {{ ref('fct_case') }} as operation on times.case_key = operation.case_key
    inner join {{ ref('int_case__class') }} as classified on times.case_key = classified.case_key
    inner join {{ ref('int_cost__encounter_scope') }} as scope on times.encounter_key = scope.encounter_key
    inner join {{ ref('fct_encounter') }} as encounter on times.encounter_key = encounter.encounter_key
    inner join supplies on times.case_key = supplies.case_key
    inner join windows
        on
            times.facility_key = windows.facility_key
            and times.period >= windows.from_period
            and times.period <= windows.to_period
    where not times.is_cancelled and times.in_room_minutes is not null and classified.procedure_group <> {{ unknown_key() }}
),

labelled as (
    select
        cases.*,
        case
            when surgeon_key <> {{ unknown_key() }} and surgeon_case_count >= {{ var('smallest_cell') }}
                then 'S-' || upper(substr({{ surrogate_key(['facility_key', 'procedure_group', 'surgeon_key']) }}, 1, 8))
            else 'POOLED'
        end as surgeon_label
    from cases
),

counted as (
    select
        labelled.*,
        count(*) over (partition by facility_key, procedure_group, severity_code, surgeon_label) as case_count
    from labelled
)

select * from counted
where case_count >= {{ var('smallest_cell') }}
