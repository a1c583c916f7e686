-- S2: whoever holds the published marts against each other finds no count of one to ten patients: not of inpatients, which one
-- shows by service line and another in all; of the cases of a suite, beside those of the facility; of the cases of a suite that
-- another measure leaves out; of the patients of departments whose hours are left out of the facility's; of the facilities that
-- are left out of the network's; nor of the days of patients by which overhead is spread.
with discharges as (
    select
        facility_key,
        period,
        denominator as patient_count
    from {{ ref('mart_utilization') }}
    where measure_code = 'CASE_MIX_INDEX' and denominator is not null
),

discharges_by_line as (
    select
        facility_key,
        period,
        sum(coalesce(discharge_count, 0)) as patient_count
    from {{ ref('mart_service_line_cost') }}
    where patient_class = 'INPATIENT'
    group by facility_key, period
),

facility_cases as (
    select
        facility_key,
        period,
        max(denominator) as patient_count
    from {{ ref('mart_utilization') }}
    where measure_code = 'PRODUCT_PER_100_CASES'
    group by facility_key, period
),

-- Cases done are told by two measures.
suite_cases as (
    select
        facility_key,
        period,
        measure_subject,
        max(case when measure_code = 'CASE_MINUTES' then denominator else denominator - numerator end) as patient_count
    from {{ ref('mart_utilization') }}
    where measure_code in ('CASE_MINUTES', 'CASE_CANCELLATION')
    group by facility_key, period, measure_subject
),

suites_together as (
    select
        facility_key,
        period,
        sum(coalesce(patient_count, 0)) as patient_count
    from suite_cases
    group by facility_key, period
),

hours_by_place as (
    select
        facility_key,
        period,
        measure_place,
        count(distinct encounter_key) as patient_count
    from {{ ref('int_cost__measure') }}
    where activity_measure = 'UNIT_HOURS' and activity_scope = 'DEPARTMENT'
    group by facility_key, period, measure_place
),

hours_shown as (
    select distinct
        facility_key,
        period,
        cost_center_key
    from {{ ref('mart_labor_cost') }}
    where service_unit = 'UNIT_HOURS' and service_qty is not null
),

hours_hidden as (
    select
        place.facility_key,
        place.period,
        sum(place.patient_count) as patient_count
    from hours_by_place as place
    left join hours_shown as shown
        on
            place.facility_key = shown.facility_key
            and place.period = shown.period
            and place.measure_place = shown.cost_center_key
    where shown.facility_key is null
    group by place.facility_key, place.period
),

-- Key figures whose denominator counts patients or cases.
network as (
    select
        kpi_code,
        period,
        sum(case when is_whole_network then denominator else -denominator end) as left_out_count,
        min(denominator) as least_count
    from {{ ref('mart_exec_kpi') }}
    where kpi_code in ('CASE_MIX_INDEX', 'FIRST_CASE_ON_TIME', 'ROOM_TURNOVER', 'CASE_CANCELLATION')
    group by kpi_code, period
),

recovered as (
    select
        'inpatients of service lines that are left out' as what,
        discharges.facility_key,
        discharges.period,
        discharges.patient_count - coalesce(line.patient_count, 0) as patient_count
    from discharges
    left join discharges_by_line as line on discharges.facility_key = line.facility_key and discharges.period = line.period
    union all
    select
        'cases of suites that are left out' as what,
        whole.facility_key,
        whole.period,
        whole.patient_count - coalesce(suites.patient_count, 0) as patient_count
    from facility_cases as whole
    left join suites_together as suites on whole.facility_key = suites.facility_key and whole.period = suites.period
    union all
    select
        'cases of a suite outside of ' || measure.measure_code as what,
        measure.facility_key,
        measure.period,
        suite_cases.patient_count - measure.denominator as patient_count
    from {{ ref('mart_utilization') }} as measure
    inner join suite_cases
        on
            measure.facility_key = suite_cases.facility_key
            and measure.period = suite_cases.period
            and measure.measure_subject = suite_cases.measure_subject
    where measure.measure_code in ('FIRST_CASE_ON_TIME', 'ROOM_TURNOVER')
    union all
    select
        'patients of departments whose hours are left out' as what,
        hidden.facility_key,
        hidden.period,
        hidden.patient_count
    from hours_hidden as hidden
    inner join {{ ref('mart_utilization') }} as census
        on
            hidden.facility_key = census.facility_key
            and hidden.period = census.period
            and census.measure_code = 'DAILY_CENSUS'
            and census.numerator is not null
    union all
    select
        kpi_code || ' of facilities that are left out' as what,
        'ALL' as facility_key,
        period,
        left_out_count as patient_count
    from network
    union all
    select
        kpi_code || ' of few patients' as what,
        'ALL' as facility_key,
        period,
        least_count as patient_count
    from network
    union all
    select
        'days of patients' as what,
        facility_key,
        period,
        statistic_qty as patient_count
    from {{ ref('mart_allocation_step') }}
    where statistic_code = '{{ var('statistic_of_patients') }}'
)

select *
from recovered
where patient_count > 0 and patient_count < {{ var('smallest_cell') }}
