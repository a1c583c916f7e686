{{ config(schema='restricted') }}
-- One row per pseudonym by which a system refers to an encounter, and the encounter that it stands for: that of the EHR where
-- one describes it. Most systems of a site share the number of the visit. One that numbers visits by itself is told by place,
-- class, begin and end to the second, where exactly one visit on either side has them.
with every_encounter as (
    select
        encounter.encounter_key,
        encounter.is_from_coding,
        encounter.source_class_code,
        encounter.started_at,
        encounter.ended_at,
        facility.facility_code,
        max(case when encounter.is_from_coding then 1 else 0 end) over (partition by encounter.encounter_key)
        + max(case when encounter.is_from_coding then 0 else 1 end) over (partition by encounter.encounter_key) as side_count
    from (
        {{ united('encounter') }}
    ) as encounter
    left join {{ ref('map_facility') }} as facility
        on
            encounter.source_system = facility.source_system
            and encounter.facility_source_code = facility.source_code
),

same_times as (
    select
        max(case when is_from_coding then encounter_key end) as encounter_reference,
        max(case when not is_from_coding then encounter_key end) as encounter_key
    from every_encounter
    where
        side_count = 1
        and facility_code is not null
        and source_class_code is not null
        and started_at is not null
        and ended_at is not null
    group by facility_code, source_class_code, started_at, ended_at
    having
        sum(case when is_from_coding then 1 else 0 end) = 1
        and sum(case when is_from_coding then 0 else 1 end) = 1
),

pseudonyms as (
    select distinct encounter_key from every_encounter
)

select
    pseudonyms.encounter_key as encounter_reference,
    coalesce(same_times.encounter_key, pseudonyms.encounter_key) as encounter_key,
    cast(
        case when same_times.encounter_key is not null then 'SAME_TIMES' else 'SAME_PSEUDONYM' end as {{ dbt.type_string() }}
    ) as match_rule
from pseudonyms
left join same_times on pseudonyms.encounter_key = same_times.encounter_reference
