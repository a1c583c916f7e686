-- One row per provider, as a key only, those inferred from references included, and the unknown member.
with providers as (
    select
        reference.*,
        row_number() over (
            partition by reference.provider_key
            order by
                reference.is_inferred,
                case when reference.referenced_key = reference.provider_key then 0 else 1 end,
                reference.source_instance,
                reference.referenced_key
        ) as reference_rank
    from {{ ref('xref_provider') }} as reference
),

final as (
    select
        provider.provider_key,
        practitioner.qualification_code,
        {{ no_text() }} as specialty_code,
        coalesce(practitioner.is_active, true) as is_active,
        provider.is_inferred,
        provider.source_system,
        provider.source_instance,
        provider.provider_key as source_pk,
        {{ audit_columns('practitioner') }}
    from providers as provider
    left join {{ ref('stg_fhir_r4__practitioner') }} as practitioner
        on
            provider.source_instance = practitioner.source_instance
            and provider.provider_key = practitioner.provider_key
    where provider.reference_rank = 1
    union all
    select
        {{ unknown_key() }} as provider_key,
        {{ no_text() }} as qualification_code,
        {{ no_text() }} as specialty_code,
        false as is_active,
        false as is_inferred,
        {{ unknown_key() }} as source_system,
        {{ unknown_key() }} as source_instance,
        {{ unknown_key() }} as source_pk,
        {{ no_audit_columns() }}
)

select * from final
