-- One row per place of care of a source system, and the unknown member; columns as in dim_location. The facility is
-- that of the nearest place above it (itself first, up to four levels) whose code is mapped.
with typed as (
    select
        location.source_instance,
        location.location_id,
        mapping.location_type,
        row_number() over (
            partition by location.source_instance, location.location_id
            order by mapping.priority, mapping.location_type
        ) as candidate_rank
    from {{ ref('stg_fhir_r4__location') }} as location
    inner join {{ ref('map_care_location_type') }} as mapping
        on
            (mapping.match_on = 'TYPE' and location.type_code = mapping.source_code)
            or (mapping.match_on = 'PHYSICAL' and location.physical_type_code = mapping.source_code)
),

facility_codes as (
    select
        source_code,
        facility_code
    from {{ ref('map_facility') }}
    where source_system = 'fhir_r4'
),

located as (
    select
        location.*,
        typed.location_type,
        coalesce(
            facility_0.facility_code,
            facility_1.facility_code,
            facility_2.facility_code,
            facility_3.facility_code,
            facility_4.facility_code
        ) as facility_code
    from {{ ref('stg_fhir_r4__location') }} as location
    left join typed
        on
            location.source_instance = typed.source_instance
            and location.location_id = typed.location_id
            and typed.candidate_rank = 1
    left join facility_codes as facility_0 on location.location_code = facility_0.source_code
    {%- for level in range(1, 5) %}
    left join {{ ref('stg_fhir_r4__location') }} as parent_{{ level }}
        on
            location.source_instance = parent_{{ level }}.source_instance
            and {{ 'location' if level == 1 else 'parent_' ~ (level - 1) }}.part_of_location_id
            = parent_{{ level }}.location_id
    left join facility_codes as facility_{{ level }}
        on parent_{{ level }}.location_code = facility_{{ level }}.source_code
    {%- endfor %}
),

final as (
    select
        {{ surrogate_key(['source_instance', 'location_id']) }} as location_key,
        location_code,
        location_name,
        coalesce(location_type, {{ unknown_key() }}) as location_type,
        coalesce(type_code, physical_type_code) as source_location_type,
        coalesce({{ reference_key('source_instance', 'part_of_location_id') }}, {{ unknown_key() }})
            as parent_location_key,
        coalesce(facility_code, {{ unknown_key() }}) as facility_code,
        coalesce(location_status, 'active') = 'active' as is_active,
        cast('fhir_r4' as {{ dbt.type_string() }}) as source_system,
        source_instance,
        location_id as source_pk,
        {{ audit_columns('located') }}
    from located
    union all
    select
        {{ unknown_key() }} as location_key,
        {{ no_text() }} as location_code,
        cast('Unknown' as {{ dbt.type_string() }}) as location_name,
        {{ unknown_key() }} as location_type,
        {{ no_text() }} as source_location_type,
        {{ unknown_key() }} as parent_location_key,
        {{ unknown_key() }} as facility_code,
        false as is_active,
        {{ unknown_key() }} as source_system,
        {{ unknown_key() }} as source_instance,
        {{ unknown_key() }} as source_pk,
        {{ no_audit_columns() }}
)

select * from final
