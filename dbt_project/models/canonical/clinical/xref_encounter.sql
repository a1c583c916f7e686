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
        facility.facility_code
    from (
        {{ united('encounter') }}
    ) as encounter
    left join {{ ref('map_facility') }} as facility
        on
            encounter.source_system = facility.source_system
            and encounter.facility_source_code = facility.source_code
),

pseudonyms as (
    select
        encounter_key,
        min(case when is_from_coding then 1 else 0 end) = 0 as is_in_ehr,
        max(case when is_from_coding then 1 else 0 end) = 1 as is_in_coding
    from every_encounter
    group by encounter_key
),

one_sided as (
    select
        encounter.*,
        count(*) over (
            partition by
                encounter.is_from_coding,
                encounter.facility_code,
                encounter.source_class_code,
                encounter.started_at,
                encounter.ended_at
        ) as twin_count
    from every_encounter as encounter
    inner join pseudonyms
        on encounter.encounter_key = pseudonyms.encounter_key and pseudonyms.is_in_ehr <> pseudonyms.is_in_coding
),

same_times as (
    select
        coded.encounter_key as encounter_reference,
        described.encounter_key
    from one_sided as coded
    inner join one_sided as described
        on
            coded.facility_code = described.facility_code
            and coded.source_class_code = described.source_class_code
            and coded.started_at = described.started_at
            and coded.ended_at = described.ended_at
    where
        coded.is_from_coding and not described.is_from_coding
        and coded.twin_count = 1 and described.twin_count = 1
)

select
    pseudonyms.encounter_key as encounter_reference,
    coalesce(same_times.encounter_key, pseudonyms.encounter_key) as encounter_key,
    cast(
        case when same_times.encounter_key is not null then 'SAME_TIMES' else 'SAME_PSEUDONYM' end as {{ dbt.type_string() }}
    ) as match_rule
from pseudonyms
left join same_times on pseudonyms.encounter_key = same_times.encounter_reference
