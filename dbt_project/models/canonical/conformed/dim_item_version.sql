-- One row per golden item and span of time in which it was named, classed and used so, and the unknown member. Its records and
-- who of them has the word are today's (`dim_item`, whose row the current version is); what they said is that time's.
with golden as (
    select
        item.item_key,
        {{ mastering_record('item', 'source_pk') }} as leading_record,
        case when name.source_kind = 'STEWARD' then name.attribute_value end as stewards_name,
        case when name.source_kind <> 'STEWARD' then name.said_by_record end as naming_record
    from {{ ref('dim_item') }} as item
    left join {{ ref('stg_mastering__item_provenance') }} as name
        on item.item_key = name.item_key and name.attribute_name = 'item_description'
),

members as (
    select
        golden.item_key,
        golden.stewards_name,
        {{ mastering_record('version', 'source_item_key') }} = golden.leading_record as is_leading,
        {{ mastering_record('version', 'source_item_key') }} = coalesce(golden.naming_record, golden.leading_record)
            as is_naming,
        version.*
    from {{ ref('int_item_record_version') }} as version
    inner join {{ ref('xref_item') }} as reference
        on
            version.source_instance = reference.source_instance
            and version.source_item_key = reference.source_item_key
    inner join golden on reference.item_key = golden.item_key
),

moments as (
    select distinct
        item_key,
        valid_from_at
    from members
),

said as (
    select
        moments.item_key,
        moments.valid_from_at,
        coalesce(max(members.stewards_name), max(case when members.is_naming then members.item_description end)) as item_name,
        max(case when members.is_leading then members.item_class end) as item_class,
        max(case when members.is_leading then members.source_category end) as source_category_name,
        max(case when members.is_active then 1 else 0 end) = 1 as is_active,
        max(members.source_version_at) as source_version_at,
        min(members.first_loaded_at) as first_loaded_at,
        max(members.last_loaded_at) as last_loaded_at,
        max(members.load_id) as load_id
    from moments
    inner join members
        on
            moments.item_key = members.item_key
            and moments.valid_from_at >= members.valid_from_at
            and moments.valid_from_at < members.valid_to_at
    group by moments.item_key, moments.valid_from_at
),

runs as (
    select
        said.*,
        row_number() over (partition by item_key order by valid_from_at)
        - row_number() over (
            partition by item_key, item_name, item_class, source_category_name, is_active order by valid_from_at
        ) as unbroken_run
    from said
),

versions as (
    select
        item_key,
        item_name,
        item_class,
        source_category_name,
        is_active,
        min(valid_from_at) as valid_from_at,
        max(source_version_at) as source_version_at,
        min(first_loaded_at) as first_loaded_at,
        max(last_loaded_at) as last_loaded_at,
        max(load_id) as load_id
    from runs
    group by item_key, item_name, item_class, source_category_name, is_active, unbroken_run
    union all
    select
        {{ unknown_key() }} as item_key,
        cast('Unknown' as {{ dbt.type_string() }}) as item_name,
        {{ unknown_key() }} as item_class,
        {{ no_text() }} as source_category_name,
        false as is_active,
        {{ no_beginning_at() }} as valid_from_at,
        {{ no_audit_columns() }}
),

ended as (
    select
        versions.*,
        row_number() over (partition by item_key order by valid_from_at) as version_no,
        coalesce(lead(valid_from_at) over (partition by item_key order by valid_from_at), {{ no_end_at() }}) as valid_to_at
    from versions
)

select
    {{ surrogate_key(['item_key', 'version_no']) }} as item_version_key,
    item_key,
    cast(version_no as integer) as version_no,
    item_name,
    item_class,
    source_category_name,
    is_active,
    valid_from_at,
    valid_to_at,
    valid_to_at = {{ no_end_at() }} as is_current,
    {{ audit_columns('ended') }}
from ended
