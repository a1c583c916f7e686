{{ config(unit=['facility_key', 'period']) }}
-- One row per facility, month, service line and class of patient: visits that bear cost in the month, and those that ended in it,
-- with their days and weights. Not published as it is: a mart shows no count below eleven (`is_small_...`: not this one, or not
-- without finding another, in the facility's total or in that of a class, which other marts show).
with bearing as (
    select
        cost.facility_key,
        cost.period,
        line.service_line_key,
        line.encounter_class as patient_class,
        count(distinct cost.encounter_key) as encounter_count,
        0 as discharge_count,
        cast(0 as decimal(18, 6)) as stay_hours,
        cast(0 as decimal(18, 6)) as ms_drg_weight
    from {{ ref('int_cost__encounter') }} as cost
    inner join {{ ref('int_service_line__encounter') }} as line on cost.encounter_key = line.encounter_key
    where cost.costing_method <> 'NONE'
    group by cost.facility_key, cost.period, line.service_line_key, line.encounter_class
),

ended as (
    select
        scope.facility_key,
        {{ period_of('scope.ended_date') }} as period,
        line.service_line_key,
        line.encounter_class as patient_class,
        0 as encounter_count,
        count(*) as discharge_count,
        sum({{ hours_between('scope.started_at', 'scope.ended_at') }}) as stay_hours,
        sum(coalesce(scope.ms_drg_weight, 0)) as ms_drg_weight
    from {{ ref('int_cost__encounter_scope') }} as scope
    inner join {{ ref('int_service_line__encounter') }} as line on scope.encounter_key = line.encounter_key
    where scope.ended_at is not null
    group by scope.facility_key, {{ period_of('scope.ended_date') }}, line.service_line_key, line.encounter_class
),

counted as (
    select
        facility_key,
        period,
        service_line_key,
        patient_class,
        cast(sum(encounter_count) as integer) as encounter_count,
        cast(sum(discharge_count) as integer) as discharge_count,
        cast(sum(stay_hours) as decimal(18, 2)) as stay_hours,
        cast(sum(ms_drg_weight) as decimal(18, 6)) as ms_drg_weight
    from (
        select * from bearing
        union all
        select * from ended
    ) as entries
    group by facility_key, period, service_line_key, patient_class
)

select
    counted.*,
    {{ is_small_cell('encounter_count', ['facility_key', 'period'], ['service_line_key', 'patient_class']) }}
    or {{ is_small_cell('encounter_count', ['facility_key', 'period', 'patient_class'], ['service_line_key']) }}
        as is_small_encounter_count,
    {{ is_small_cell('discharge_count', ['facility_key', 'period'], ['service_line_key', 'patient_class']) }}
    or {{ is_small_cell('discharge_count', ['facility_key', 'period', 'patient_class'], ['service_line_key']) }}
        as is_small_discharge_count
from counted
