{{ config(schema='restricted', unit=['encounter_key']) }}
-- One row per coding of an encounter that gave it an MS-DRG: a visit that is coded again after its bill keeps the one before.
-- `known_from_at` to `known_to_at` (half-open) is the time in which it was the visit's DRG.
with codings as (
    select
        coding.*,
        coalesce(
            lead(coding.coded_at) over (
                partition by coding.source_instance, coding.encounter_key order by coding.coding_version
            ),
            {{ no_end_at() }}
        ) as known_to_at
    from {{ ref('stg_revenue_cycle__coded_abstract_landed') }} as coding
)

select
    {{ surrogate_key(['coding.source_instance', 'coding.encounter_key', 'coding.coding_version']) }} as encounter_drg_key,
    coalesce(encounter.encounter_key, {{ unknown_key() }}) as encounter_key,
    coding.encounter_key as encounter_reference,
    coding.coding_version,
    coalesce(drg.ms_drg_key, {{ unknown_key() }}) as ms_drg_key,
    coding.ms_drg as ms_drg_code,
    coding.grouper_version as ms_drg_version,
    cast(coalesce(coding.drg_weight, drg.relative_weight) as decimal(18, 6)) as ms_drg_weight,
    coding.coded_at as known_from_at,
    coding.known_to_at,
    coding.known_to_at = {{ no_end_at() }} as is_current,
    cast('revenue_cycle' as {{ dbt.type_string() }}) as source_system,
    coding.source_instance,
    coding.encounter_key || '|' || cast(coding.coding_version as {{ dbt.type_string() }}) as source_pk,
    {{ audit_columns('coding') }}
from codings as coding
{{ encounter_join('coding', 'encounter') }}
left join {{ ref('dim_ms_drg') }} as drg
    on coding.ms_drg = drg.ms_drg_code and coding.grouper_version = drg.ms_drg_version
where coding.ms_drg is not null
