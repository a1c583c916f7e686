-- K3: every encounter of an EHR that was not entered in error, and every coded visit, is an encounter exactly once.
with every_encounter as (
    select
        encounter_key,
        false as is_in_error
    from {{ ref('stg_revenue_cycle__coded_abstract') }}
    union all
    select
        encounter_key,
        encounter_status = 'entered-in-error' as is_in_error
    from {{ ref('stg_fhir_r4__encounter') }}
),

pseudonyms as (
    select
        encounter_key,
        max(case when is_in_error then 1 else 0 end) = 1 as is_in_error
    from every_encounter
    group by encounter_key
)

select
    pseudonyms.encounter_key,
    pseudonyms.is_in_error,
    encounter.encounter_key as described_encounter_key
from pseudonyms
left join {{ ref('xref_encounter') }} as reference on pseudonyms.encounter_key = reference.encounter_reference
left join {{ ref('fct_encounter') }} as encounter on reference.encounter_key = encounter.encounter_key
where pseudonyms.is_in_error <> (encounter.encounter_key is null)
