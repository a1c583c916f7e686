-- One row per golden supplier and span of time in which it was named and used so, and the unknown member. Its records and
-- who of them has the word are today's (`dim_supplier`, whose row the current version is); what they said is that time's.
with golden as (
    select
        supplier.supplier_key,
        {{ mastering_record('supplier', 'source_pk') }} as leading_record,
        case when name.source_kind = 'STEWARD' then name.attribute_value end as stewards_name,
        case when name.source_kind <> 'STEWARD' then name.said_by_record end as naming_record
    from {{ ref('dim_supplier') }} as supplier
    left join {{ ref('stg_mastering__supplier_provenance') }} as name
        on supplier.supplier_key = name.supplier_key and name.attribute_name = 'supplier_name'
),

members as (
    select
        golden.supplier_key,
        golden.stewards_name,
        {{ mastering_record('version', 'source_supplier_key') }} = coalesce(golden.naming_record, golden.leading_record)
            as is_naming,
        version.*
    from {{ ref('int_supplier_record_version') }} as version
    inner join {{ ref('xref_supplier') }} as reference
        on
            version.source_instance = reference.source_instance
            and version.source_supplier_key = reference.source_supplier_key
    inner join golden on reference.supplier_key = golden.supplier_key
),

moments as (
    select distinct
        supplier_key,
        valid_from_at
    from members
),

said as (
    select
        moments.supplier_key,
        moments.valid_from_at,
        coalesce(max(members.stewards_name), max(case when members.is_naming then members.supplier_name end)) as supplier_name,
        max(case when members.is_active then 1 else 0 end) = 1 as is_active,
        max(members.source_version_at) as source_version_at,
        min(members.first_loaded_at) as first_loaded_at,
        max(members.last_loaded_at) as last_loaded_at,
        max(members.load_id) as load_id
    from moments
    inner join members
        on
            moments.supplier_key = members.supplier_key
            and moments.valid_from_at >= members.valid_from_at
            and moments.valid_from_at < members.valid_to_at
    group by moments.supplier_key, moments.valid_from_at
),

runs as (
    select
        said.*,
        row_number() over (partition by supplier_key order by valid_from_at)
        - row_number() over (
            partition by supplier_key, supplier_name, is_active order by valid_from_at
        ) as unbroken_run
    from said
),

versions as (
    select
        supplier_key,
        supplier_name,
        is_active,
        min(valid_from_at) as valid_from_at,
        max(source_version_at) as source_version_at,
        min(first_loaded_at) as first_loaded_at,
        max(last_loaded_at) as last_loaded_at,
        max(load_id) as load_id
    from runs
    group by supplier_key, supplier_name, is_active, unbroken_run
    union all
    select
        {{ unknown_key() }} as supplier_key,
        cast('Unknown' as {{ dbt.type_string() }}) as supplier_name,
        false as is_active,
        {{ no_beginning_at() }} as valid_from_at,
        {{ no_audit_columns() }}
),

ended as (
    select
        versions.*,
        row_number() over (partition by supplier_key order by valid_from_at) as version_no,
        coalesce(lead(valid_from_at) over (partition by supplier_key order by valid_from_at), {{ no_end_at() }}) as valid_to_at
    from versions
)

select
    {{ surrogate_key(['supplier_key', 'version_no']) }} as supplier_version_key,
    supplier_key,
    cast(version_no as integer) as version_no,
    supplier_name,
    is_active,
    valid_from_at,
    valid_to_at,
    valid_to_at = {{ no_end_at() }} as is_current,
    {{ audit_columns('ended') }}
from ended
