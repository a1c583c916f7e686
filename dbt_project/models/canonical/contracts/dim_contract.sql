-- One row per version of a contract, and the unknown member. Two times: from when to when it is valid, and from when to when
-- that was what was known; both half-open. The last known version is the current one.
with versions as (
    {{ united('contract') }}
),

final as (
    select
        {{ surrogate_key(['version.source_instance', 'version.source_pk']) }} as contract_version_key,
        {{ surrogate_key(['version.source_instance', 'version.contract_source_key']) }} as contract_key,
        version.contract_number,
        version.version_no,
        version.contract_type,
        version.group_purchasing_organization,
        coalesce(supplier.supplier_key, {{ unknown_key() }}) as supplier_key,
        version.source_supplier_name,
        version.contract_status,
        version.end_date is null as is_evergreen,
        version.termination_date,
        version.effective_date,
        version.start_date as valid_from_date,
        {{ day_after_last('coalesce(version.termination_date, version.end_date)') }} as valid_to_date,
        version.known_from_at,
        version.known_to_at,
        version.known_to_at = {{ no_end_at() }} as is_current,
        version.is_reconstructed,
        version.source_system,
        version.source_instance,
        version.source_pk,
        {{ audit_columns('version') }}
    from versions as version
    {{ supplier_join('version', 'supplier') }}
    union all
    select
        {{ unknown_key() }} as contract_version_key,
        {{ unknown_key() }} as contract_key,
        {{ no_text() }} as contract_number,
        cast(null as bigint) as version_no,
        {{ unknown_key() }} as contract_type,
        {{ no_text() }} as group_purchasing_organization,
        {{ unknown_key() }} as supplier_key,
        {{ no_text() }} as source_supplier_name,
        {{ no_text() }} as contract_status,
        false as is_evergreen,
        cast(null as date) as termination_date,
        cast(null as date) as effective_date,
        cast('1900-01-01' as date) as valid_from_date,
        {{ no_end_date() }} as valid_to_date,
        cast('1900-01-01' as timestamp) as known_from_at,
        {{ no_end_at() }} as known_to_at,
        true as is_current,
        false as is_reconstructed,
        {{ unknown_key() }} as source_system,
        {{ unknown_key() }} as source_instance,
        {{ unknown_key() }} as source_pk,
        {{ no_audit_columns() }}
)

select * from final
