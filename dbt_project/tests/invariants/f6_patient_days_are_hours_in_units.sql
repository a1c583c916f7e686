{{ config(severity='warn') }}
-- F6: what finance counts at midnight is what the EHR has of hours in units: whoever stays passes as many midnights as days, one
-- more or less. Of facilities and months that both tell of.
with midnights as (
    select
        facility_key,
        period,
        sum(statistic_qty) as patient_days
    from {{ ref('int_cost__statistic') }}
    where statistic_code = '{{ var('statistic_of_patients') }}'
    group by facility_key, period
),

hours as (
    select
        facility_key,
        period,
        sum(activity_qty) as unit_hours,
        count(*) as stay_count
    from {{ ref('int_cost__measure') }}
    where activity_measure = 'UNIT_HOURS' and activity_scope = 'FACILITY'
    group by facility_key, period
)

select
    midnights.facility_key,
    midnights.period,
    midnights.patient_days,
    hours.unit_hours,
    hours.stay_count
from midnights
inner join hours on midnights.facility_key = hours.facility_key and midnights.period = hours.period
where abs(24 * midnights.patient_days - hours.unit_hours) > 24 * hours.stay_count
