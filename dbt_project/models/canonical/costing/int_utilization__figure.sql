-- One row per facility, month, measure (cfg_utilization_measure) and subject: numerator, denominator and the patients they
-- stand for. Not published as it is: a mart shows nothing of fewer than eleven. `part_count`: the numerator where it counts
-- patients. Measures are held against each other: the cases of a facility are shown, so that of a suite of few cases, or one that
-- would give those away, nothing is; and the cases of a suite are, so that no measure leaves out but few of them.
with times as (
    select
        operation.*,
        case when not operation.is_cancelled and operation.in_room_minutes is not null then 1 else 0 end as is_done
    from {{ ref('int_case__time') }} as operation
),

rooms as (
    select
        times.facility_key,
        times.period,
        times.suite_code,
        times.room_code,
        times.case_date,
        sum(times.prime_time_minutes) as prime_time_minutes,
        max(policy.prime_time_to_minute - policy.prime_time_from_minute) as open_minutes,
        count(*) as case_count
    from times
    inner join {{ ref('cfg_utilization_policy') }} as policy
        on times.case_date >= policy.valid_from and times.case_date < policy.valid_to
    where times.is_done = 1 and times.is_working_day
    group by times.facility_key, times.period, times.suite_code, times.room_code, times.case_date
),

stays as (
    select
        facility_key,
        period,
        sum(discharge_count) as discharge_count,
        sum(stay_hours) as stay_hours,
        sum(ms_drg_weight) as ms_drg_weight
    from {{ ref('int_service_line__volume') }}
    where patient_class = 'INPATIENT'
    group by facility_key, period
),

charges as (
    select
        facility_key,
        period,
        sum(gross_charge_amount) as gross_charge_amount,
        sum(case when patient_class = 'INPATIENT' then gross_charge_amount else 0 end) as inpatient_charge_amount
    from {{ ref('int_revenue__service_line') }}
    group by facility_key, period
),

census as (
    select
        measure.facility_key,
        measure.period,
        count(distinct measure.encounter_key) as encounter_count,
        sum(measure.activity_qty) as unit_hours
    from {{ ref('int_cost__measure') }} as measure
    where measure.activity_measure = 'UNIT_HOURS' and measure.activity_scope = 'FACILITY'
    group by measure.facility_key, measure.period
),

days as (
    select
        period,
        count(*) as day_count
    from {{ ref('dim_date') }}
    group by period
),

suites as (
    select
        facility_key,
        period,
        suite_code,
        sum(is_done) as case_count
    from times
    group by facility_key, period, suite_code
),

judged_suites as (
    select
        suites.*,
        {{ is_small_cell('case_count', ['facility_key', 'period'], ['suite_code']) }}
        or {{ is_small_cell('case_count', ['period', 'suite_code'], ['facility_key']) }} as is_small
    from suites
),

done as (
    select
        facility_key,
        period,
        sum(case_count) as case_count
    from suites
    group by facility_key, period
),

products as (
    select
        item.facility_key,
        item.period,
        item.functional_group,
        sum(item.used_base_qty + item.wasted_base_qty) as taken_base_qty
    from {{ ref('int_case__item') }} as item
    group by item.facility_key, item.period, item.functional_group
    having sum(item.used_base_qty + item.wasted_base_qty) > 0
),

figures as (
    select
        facility_key,
        period,
        'FIRST_CASE_ON_TIME' as measure_code,
        suite_code as measure_subject,
        count(*) as patient_count,
        sum(case when is_first_case_on_time then 1 else 0 end) as part_count,
        cast(sum(case when is_first_case_on_time then 1 else 0 end) as decimal(38, 6)) as numerator,
        cast(count(*) as decimal(38, 6)) as denominator
    from times
    where is_first_case and is_first_case_on_time is not null
    group by facility_key, period, suite_code
    union all
    select
        facility_key,
        period,
        'PRIME_TIME_USE' as measure_code,
        suite_code as measure_subject,
        sum(case_count) as patient_count,
        null as part_count,
        cast(sum(prime_time_minutes) as decimal(38, 6)) as numerator,
        cast(sum(open_minutes) as decimal(38, 6)) as denominator
    from rooms
    group by facility_key, period, suite_code
    union all
    select
        facility_key,
        period,
        'ROOM_TURNOVER' as measure_code,
        suite_code as measure_subject,
        count(*) as patient_count,
        null as part_count,
        cast(sum(turnover_minutes) as decimal(38, 6)) as numerator,
        cast(count(*) as decimal(38, 6)) as denominator
    from times
    where turnover_minutes is not null
    group by facility_key, period, suite_code
    union all
    select
        facility_key,
        period,
        'CASE_CANCELLATION' as measure_code,
        suite_code as measure_subject,
        count(*) as patient_count,
        sum(case when is_cancelled then 1 else 0 end) as part_count,
        cast(sum(case when is_cancelled then 1 else 0 end) as decimal(38, 6)) as numerator,
        cast(count(*) as decimal(38, 6)) as denominator
    from times
    where is_cancelled or is_done = 1
    group by facility_key, period, suite_code
    union all
    select
        facility_key,
        period,
        'CASE_MINUTES' as measure_code,
        suite_code as measure_subject,
        count(*) as patient_count,
        null as part_count,
        cast(sum(in_room_minutes) as decimal(38, 6)) as numerator,
        cast(count(*) as decimal(38, 6)) as denominator
    from times
    where is_done = 1
    group by facility_key, period, suite_code
    union all
    {%- for code, numerator, denominator in [
        ('LENGTH_OF_STAY', 'stays.stay_hours', '24 * stays.discharge_count'),
        ('CASE_MIX_INDEX', 'stays.ms_drg_weight', 'stays.discharge_count'),
        ('ADJUSTED_DISCHARGES', 'stays.discharge_count * charges.gross_charge_amount', 'charges.inpatient_charge_amount'),
        ('CMI_ADJUSTED_DISCHARGES', 'stays.ms_drg_weight * charges.gross_charge_amount', 'charges.inpatient_charge_amount')
    ] %}
    select
        stays.facility_key,
        stays.period,
        '{{ code }}' as measure_code,
        'INPATIENT' as measure_subject,
        stays.discharge_count as patient_count,
        null as part_count,
        cast({{ numerator }} as decimal(38, 6)) as numerator,
        cast({{ denominator }} as decimal(38, 6)) as denominator
    from stays
    left join charges on stays.facility_key = charges.facility_key and stays.period = charges.period
    where stays.discharge_count > 0
    union all
    {%- endfor %}
    select
        census.facility_key,
        census.period,
        'DAILY_CENSUS' as measure_code,
        'ALL' as measure_subject,
        census.encounter_count as patient_count,
        null as part_count,
        cast(census.unit_hours as decimal(38, 6)) as numerator,
        cast(24 * days.day_count as decimal(38, 6)) as denominator
    from census
    inner join days on census.period = days.period
    union all
    select
        products.facility_key,
        products.period,
        'PRODUCT_PER_100_CASES' as measure_code,
        products.functional_group as measure_subject,
        done.case_count as patient_count,
        null as part_count,
        cast(100 * products.taken_base_qty as decimal(38, 6)) as numerator,
        cast(done.case_count as decimal(38, 6)) as denominator
    from products
    inner join done on products.facility_key = done.facility_key and products.period = done.period
)

select
    figures.facility_key,
    figures.period,
    figures.measure_code,
    figures.measure_subject,
    cast(figures.patient_count as integer) as patient_count,
    {{ is_small_cell(
        'figures.patient_count', ['figures.period', 'figures.measure_code', 'figures.measure_subject'], ['figures.facility_key']
    ) }}
    or coalesce({{ is_small_part('figures.part_count', 'figures.patient_count') }}, false)
    or coalesce(suite.is_small, false)
    -- Prime time counts minutes: those of the cases that it leaves out stand beside those of all others.
    or coalesce(
        figures.measure_code <> 'PRIME_TIME_USE' and {{ is_small_part('figures.patient_count', 'suite.case_count') }}, false
    ) as is_small_cell,
    figures.numerator,
    figures.denominator
from figures
left join judged_suites as suite
    on
        figures.facility_key = suite.facility_key
        and figures.period = suite.period
        and figures.measure_subject = suite.suite_code
