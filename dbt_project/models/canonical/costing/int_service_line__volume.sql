-- One row per facility, month, service line and class of patient: visits that bear cost in the month. Not published as it is:
-- a mart shows no count below eleven.
select
    cost.facility_key,
    cost.period,
    line.service_line_key,
    line.encounter_class as patient_class,
    cast(count(distinct cost.encounter_key) as integer) as encounter_count
from {{ ref('int_cost__encounter') }} as cost
inner join {{ ref('int_service_line__encounter') }} as line on cost.encounter_key = line.encounter_key
where cost.costing_method <> 'NONE'
group by cost.facility_key, cost.period, line.service_line_key, line.encounter_class
