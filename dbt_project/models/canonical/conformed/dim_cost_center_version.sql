-- One row per cost center and span of time in which its owner described it so, and the unknown member. How a hospital's codes are
-- mapped and classed is today's.
with every_version as (
    {{ united('cost_center_version') }}
),

mapping as (
    {{ mapping_of_instances(
        'map_cost_center', 'every_version', ['cost_center_code', 'cost_center_name', 'facility_code', 'cc_class']
    ) }}
),

described as (
    select
        reference.cost_center_key,
        record.*,
        coalesce(mapping.cost_center_code, record.cost_center_source_code) as said_code,
        coalesce(mapping.cost_center_name, record.cost_center_name) as said_name,
        coalesce(mapping.cc_class, class.cost_center_class, {{ unknown_key() }}) as cost_center_class,
        coalesce(mapping.facility_code, facility.facility_code, {{ unknown_key() }}) as said_facility_code,
        coalesce(company.company_key, {{ unknown_key() }}) as company_key,
        dense_rank() over (
            partition by reference.cost_center_key order by record.source_instance, record.cost_center_source_code
        ) as record_rank
    from every_version as record
    inner join {{ ref('xref_cost_center') }} as reference
        on
            record.source_instance = reference.source_instance
            and record.cost_center_source_code = reference.cost_center_source_code
            and record.source_instance = reference.record_instance
    left join mapping
        on
            record.source_instance = mapping.source_instance
            and record.cost_center_source_code = mapping.source_code
    left join {{ ref('map_cost_center_class') }} as class
        on record.source_system = class.source_system and record.source_class = class.source_class
    left join {{ ref('map_facility') }} as facility
        on record.source_system = facility.source_system and record.facility_source_code = facility.source_code
    left join {{ ref('xref_company') }} as company
        on record.source_instance = company.source_instance and record.company_source_key = company.company_source_key
),

with_line as (
    select
        described.*,
        line.cms_line
    from described
    left join {{ ref('map_cms_line') }} as line
        on
            described.cost_center_class = line.cost_center_class
            and described.department_function = line.department_function
),

said as (
    select
        cost_center_key,
        said_code as cost_center_code,
        said_name as cost_center_name,
        cost_center_class,
        department_function,
        cms_line,
        said_facility_code as facility_code,
        company_key,
        hierarchy_level_1,
        hierarchy_level_2,
        is_active,
        source_system,
        source_instance,
        cost_center_source_code as source_pk,
        valid_from_at,
        {{ audit_columns('with_line') }}
    from with_line
    where record_rank = 1
    union all
    select
        {{ unknown_key() }} as cost_center_key,
        {{ no_text() }} as cost_center_code,
        cast('Unknown' as {{ dbt.type_string() }}) as cost_center_name,
        {{ unknown_key() }} as cost_center_class,
        {{ no_text() }} as department_function,
        {{ no_text() }} as cms_line,
        {{ unknown_key() }} as facility_code,
        {{ unknown_key() }} as company_key,
        {{ no_text() }} as hierarchy_level_1,
        {{ no_text() }} as hierarchy_level_2,
        false as is_active,
        {{ unknown_key() }} as source_system,
        {{ unknown_key() }} as source_instance,
        {{ unknown_key() }} as source_pk,
        {{ no_beginning_at() }} as valid_from_at,
        {{ no_audit_columns() }}
),

-- What is said again in the same words is one version.
runs as (
    select
        said.*,
        row_number() over (partition by cost_center_key order by valid_from_at)
        - row_number() over (
            partition by
                cost_center_key, cost_center_code, cost_center_name, cost_center_class, department_function, cms_line,
                facility_code, company_key, hierarchy_level_1, hierarchy_level_2, is_active
            order by valid_from_at
        ) as unbroken_run
    from said
),

versions as (
    select
        cost_center_key,
        cost_center_code,
        cost_center_name,
        cost_center_class,
        department_function,
        cms_line,
        facility_code,
        company_key,
        hierarchy_level_1,
        hierarchy_level_2,
        is_active,
        source_system,
        source_instance,
        source_pk,
        min(valid_from_at) as valid_from_at,
        max(source_version_at) as source_version_at,
        min(first_loaded_at) as first_loaded_at,
        max(last_loaded_at) as last_loaded_at,
        max(load_id) as load_id
    from runs
    group by
        cost_center_key, cost_center_code, cost_center_name, cost_center_class, department_function, cms_line, facility_code,
        company_key, hierarchy_level_1, hierarchy_level_2, is_active, source_system, source_instance, source_pk, unbroken_run
),

ended as (
    select
        versions.*,
        row_number() over (partition by cost_center_key order by valid_from_at) as version_no,
        coalesce(
            lead(valid_from_at) over (partition by cost_center_key order by valid_from_at), {{ no_end_at() }}
        ) as valid_to_at
    from versions
)

select
    {{ surrogate_key(['cost_center_key', 'version_no']) }} as cost_center_version_key,
    cost_center_key,
    cast(version_no as integer) as version_no,
    cost_center_code,
    cost_center_name,
    cost_center_class,
    department_function,
    cms_line,
    facility_code,
    company_key,
    hierarchy_level_1,
    hierarchy_level_2,
    is_active,
    valid_from_at,
    valid_to_at,
    valid_to_at = {{ no_end_at() }} as is_current,
    source_system,
    source_instance,
    source_pk,
    {{ audit_columns('ended') }}
from ended
