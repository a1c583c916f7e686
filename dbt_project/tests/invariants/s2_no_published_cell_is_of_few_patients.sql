-- S2: no published count of patients is below eleven; no figure per patient stands where its count does not; and what is left
-- out of a total that somebody may know is at least eleven patients, by facility and month.
select
    'service line: count shown' as fault,
    facility_key,
    period,
    service_line_key as cell
from {{ ref('mart_service_line_cost') }}
where
    (encounter_count > 0 and encounter_count < {{ var('smallest_cell') }})
    or (discharge_count > 0 and discharge_count < {{ var('smallest_cell') }})
union all
select
    'service line: figure per patient without its count' as fault,
    facility_key,
    period,
    service_line_key as cell
from {{ ref('mart_service_line_cost') }}
where
    (
        encounter_count is null
        and coalesce(cost_per_encounter_amount, supply_per_encounter_amount, implant_per_encounter_amount) is not null
    )
    or (
        discharge_count is null
        and coalesce(stay_days, length_of_stay_days, ms_drg_weight, case_mix_index, cost_per_weight_amount) is not null
    )
union all
select
    'service line: the rest gives it away' as fault,
    volume.facility_key,
    volume.period,
    null as cell
from {{ ref('int_service_line__volume') }} as volume
left join {{ ref('mart_service_line_cost') }} as shown
    on
        volume.facility_key = shown.facility_key
        and volume.period = shown.period
        and volume.service_line_key = shown.service_line_key
        and volume.patient_class = shown.patient_class
group by volume.facility_key, volume.period
having
    (
        sum(volume.encounter_count) - coalesce(sum(shown.encounter_count), 0) > 0
        and sum(volume.encounter_count) - coalesce(sum(shown.encounter_count), 0) < {{ var('smallest_cell') }}
        and coalesce(sum(shown.encounter_count), 0) > 0
    )
    or (
        sum(volume.discharge_count) - coalesce(sum(shown.discharge_count), 0) > 0
        and sum(volume.discharge_count) - coalesce(sum(shown.discharge_count), 0) < {{ var('smallest_cell') }}
        and coalesce(sum(shown.discharge_count), 0) > 0
    )
union all
select
    'surgeon: cases shown' as fault,
    facility_key,
    to_period as period,
    surgeon_label as cell
from {{ ref('mart_physician_variation') }}
where case_count < {{ var('smallest_cell') }} or peer_case_count < {{ var('smallest_cell') }}
union all
select
    'surgeon: the peers hold cases that no row shows' as fault,
    facility_key,
    max(to_period) as period,
    procedure_group || ' ' || severity_code as cell
from {{ ref('mart_physician_variation') }}
group by facility_key, procedure_group, severity_code
having max(case_count + peer_case_count) <> sum(case_count)
union all
select
    'utilization: few patients' as fault,
    figure.facility_key,
    figure.period,
    figure.measure_code || ' ' || figure.measure_subject as cell
from {{ ref('int_utilization__figure') }} as figure
inner join {{ ref('mart_utilization') }} as shown
    on
        figure.facility_key = shown.facility_key
        and figure.period = shown.period
        and figure.measure_code = shown.measure_code
        and figure.measure_subject = shown.measure_subject
where figure.patient_count < {{ var('smallest_cell') }} and (shown.numerator is not null or shown.denominator is not null)
