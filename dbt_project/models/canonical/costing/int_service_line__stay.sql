{{ config(schema='restricted') }}
-- One row per emergency visit that led to a stay: the first such stay. An EHR names the visit that a stay began with; elsewhere
-- both stand on one account. The stay says the visit's service line, and is billed with it.
with emergencies as (
    select * from {{ ref('int_cost__encounter_scope') }} where encounter_class = 'EMERGENCY'
),

beds as (
    select * from {{ ref('int_cost__encounter_scope') }} where encounter_class in ('INPATIENT', 'OBSERVATION')
),

-- Apart: a condition that offers two keys compares all with all.
led as (
    {%- for named, own in [('part_of_encounter_key', 'encounter_key'), ('account_key', 'account_key')] %}
    select
        emergency.encounter_key,
        stay.encounter_key as stay_encounter_key,
        stay.started_at
    from emergencies as emergency
    inner join beds as stay on emergency.facility_key = stay.facility_key and emergency.{{ own }} = stay.{{ named }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

stays as (
    select
        encounter_key,
        stay_encounter_key,
        row_number() over (partition by encounter_key order by started_at, stay_encounter_key) as stay_rank
    from led
)

select
    encounter_key,
    stay_encounter_key
from stays
where stay_rank = 1
