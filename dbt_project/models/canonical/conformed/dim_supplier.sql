-- One row per golden supplier, and the unknown member: attributes as mastering lets them survive; a supplier that mastering
-- has not seen yet says them itself.
with own_records as (
    select
        reference.supplier_key,
        record.*,
        row_number() over (
            partition by reference.supplier_key order by record.created_at, record.source_instance, record.source_supplier_key
        ) as record_rank
    from {{ ref('int_supplier_record') }} as record
    inner join {{ ref('xref_supplier') }} as reference
        on
            record.source_instance = reference.source_instance
            and record.source_supplier_key = reference.source_supplier_key
),

trading as (
    select
        supplier_key,
        max(case when is_supplier then 1 else 0 end) = 1 as is_supplier,
        max(case when is_active then 1 else 0 end) = 1 as is_active,
        max(source_version_at) as source_version_at,
        min(first_loaded_at) as first_loaded_at,
        max(last_loaded_at) as last_loaded_at,
        max(load_id) as load_id
    from own_records
    group by supplier_key
),

final as (
    select
        record.supplier_key,
        record.supplier_code,
        coalesce(golden.supplier_name, record.supplier_name) as supplier_name,
        coalesce(golden.parent_supplier_key, record.supplier_key) as parent_supplier_key,
        coalesce(golden.tax_id_token, record.tax_id_token) as tax_identifier_token,
        case when {{ is_gln('coalesce(golden.gln, record.gln)') }} then coalesce(golden.gln, record.gln) end as gln,
        coalesce(golden.duns_number, record.duns_number) as duns_number,
        golden.address,
        coalesce(golden.supplier_class, 'STANDARD') as supplier_class,
        trading.is_supplier,
        trading.is_active,
        record.source_system,
        record.source_instance,
        record.source_supplier_key as source_pk,
        {{ audit_columns('trading') }}
    from own_records as record
    inner join trading on record.supplier_key = trading.supplier_key
    left join {{ ref('stg_mastering__golden_supplier') }} as golden on record.supplier_key = golden.supplier_key
    where record.record_rank = 1
    union all
    select
        {{ unknown_key() }} as supplier_key,
        {{ no_text() }} as supplier_code,
        cast('Unknown' as {{ dbt.type_string() }}) as supplier_name,
        {{ unknown_key() }} as parent_supplier_key,
        {{ no_text() }} as tax_identifier_token,
        {{ no_text() }} as gln,
        {{ no_text() }} as duns_number,
        {{ no_text() }} as address,
        {{ unknown_key() }} as supplier_class,
        false as is_supplier,
        false as is_active,
        {{ unknown_key() }} as source_system,
        {{ unknown_key() }} as source_instance,
        {{ unknown_key() }} as source_pk,
        {{ no_audit_columns() }}
)

select * from final
