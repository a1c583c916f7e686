{{ config(schema='restricted') }}
-- One row per emergency visit that led to a stay: the first such stay. An EHR names the visit that a stay began with; elsewhere
-- both stand on one account. The stay says the visit's service line, and is billed with it.
with stays as (
    select
        emergency.encounter_key,
        stay.encounter_key as stay_encounter_key,
        row_number() over (
            partition by emergency.encounter_key order by stay.started_at, stay.encounter_key
        ) as stay_rank
    from {{ ref('int_cost__encounter_scope') }} as emergency
    inner join {{ ref('int_cost__encounter_scope') }} as stay
        on
            stay.encounter_class in ('INPATIENT', 'OBSERVATION')
            and emergency.facility_key = stay.facility_key
            and (stay.part_of_encounter_key = emergency.encounter_key or stay.account_key = emergency.account_key)
    where emergency.encounter_class = 'EMERGENCY'
)

select
    encounter_key,
    stay_encounter_key
from stays
where stay_rank = 1
