-- One row per key by which records refer to a provider: the provider it stands for. Servers refer by id or by NPI; a
-- reference to a practitioner who was never exported stands for itself.
with own_keys as (
    select
        source_instance,
        provider_key as referenced_key,
        provider_key
    from {{ ref('stg_fhir_r4__practitioner') }}
),

-- Two practitioner records with one NPI are one person: the smaller key stands for both references.
npi_keys as (
    select
        source_instance,
        npi_key as referenced_key,
        min(provider_key) as provider_key
    from {{ ref('stg_fhir_r4__practitioner') }}
    where npi_key is not null
    group by source_instance, npi_key
),

known as (
    select * from own_keys
    union all
    select npi_keys.*
    from npi_keys
    left join own_keys
        on npi_keys.source_instance = own_keys.source_instance and npi_keys.referenced_key = own_keys.referenced_key
    where own_keys.referenced_key is null
),

referenced as (
    select
        source_instance,
        primary_provider_key as referenced_key
    from {{ ref('stg_fhir_r4__encounter') }}
    union
    select
        source_instance,
        primary_provider_key as referenced_key
    from {{ ref('stg_fhir_r4__procedure') }}
    union
    select
        source_instance,
        primary_provider_key as referenced_key
    from {{ ref('stg_fhir_r4__charge_item') }}
    union
    select
        source_instance,
        primary_provider_key as referenced_key
    from {{ ref('stg_fhir_r4__medication_administration') }}
),

final as (
    select
        source_instance,
        referenced_key,
        provider_key,
        false as is_inferred
    from known
    union all
    select
        referenced.source_instance,
        referenced.referenced_key,
        referenced.referenced_key as provider_key,
        true as is_inferred
    from referenced
    left join known
        on referenced.source_instance = known.source_instance and referenced.referenced_key = known.referenced_key
    where referenced.referenced_key is not null and known.referenced_key is null
)

select * from final
