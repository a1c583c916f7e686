-- One row per key by which records refer to a provider: the provider it stands for. Systems refer by id or by NPI; a reference
-- to a practitioner whom no EHR has exported stands for itself. Pseudonyms of one NPI are the same in every system.
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
    select
        own_keys.*,
        cast('fhir_r4' as {{ dbt.type_string() }}) as source_system
    from own_keys
    union all
    select
        npi_keys.*,
        cast('fhir_r4' as {{ dbt.type_string() }}) as source_system
    from npi_keys
    left join own_keys
        on npi_keys.source_instance = own_keys.source_instance and npi_keys.referenced_key = own_keys.referenced_key
    where own_keys.referenced_key is null
),

known_anywhere as (
    select
        referenced_key,
        min(provider_key) as provider_key
    from known
    group by referenced_key
),

referenced as (
    {%- for system, model, column in [
        ('fhir_r4', 'stg_fhir_r4__encounter', 'primary_provider_key'),
        ('fhir_r4', 'stg_fhir_r4__procedure', 'primary_provider_key'),
        ('fhir_r4', 'stg_fhir_r4__charge_item', 'primary_provider_key'),
        ('fhir_r4', 'stg_fhir_r4__medication_administration', 'primary_provider_key'),
        ('revenue_cycle', 'stg_revenue_cycle__coded_abstract', 'attending_provider_key'),
        ('revenue_cycle', 'stg_revenue_cycle__coded_abstract', 'operating_provider_key'),
        ('perioperative', 'stg_perioperative__case_procedure', 'surgeon_key'),
    ] %}
    select
        source_instance,
        {{ column }} as referenced_key,
        cast('{{ system }}' as {{ dbt.type_string() }}) as source_system
    from {{ ref(model) }}
    {%- if not loop.last %}
    union{% endif %}
    {%- endfor %}
),

final as (
    select
        source_system,
        source_instance,
        referenced_key,
        provider_key,
        false as is_inferred
    from known
    union all
    select
        referenced.source_system,
        referenced.source_instance,
        referenced.referenced_key,
        coalesce(known_anywhere.provider_key, referenced.referenced_key) as provider_key,
        known_anywhere.provider_key is null as is_inferred
    from referenced
    left join known
        on referenced.source_instance = known.source_instance and referenced.referenced_key = known.referenced_key
    left join known_anywhere on referenced.referenced_key = known_anywhere.referenced_key
    where referenced.referenced_key is not null and known.referenced_key is null
)

select * from final
