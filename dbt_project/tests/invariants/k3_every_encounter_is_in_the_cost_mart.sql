-- K3: every encounter that has begun and was not cancelled is in the cost mart, those without cost too; no other one is.
with costed as (
    select distinct encounter_key from {{ ref('mart_encounter_cost') }}
)

select
    coalesce(encounter.encounter_key, costed.encounter_key) as encounter_key,
    encounter.encounter_status,
    costed.encounter_key is not null as is_costed
from {{ ref('fct_encounter') }} as encounter
full outer join costed on encounter.encounter_key = costed.encounter_key
where
    encounter.encounter_key is null
    or (costed.encounter_key is not null) <> (not encounter.is_cancelled and encounter.encounter_status <> 'planned')
