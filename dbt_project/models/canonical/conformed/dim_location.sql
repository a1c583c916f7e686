-- One row per stock location of a source system, and the unknown member.
with tryton_locations as (
    select
        {{ surrogate_key(['location.source_instance', 'location.location_id']) }} as location_key,
        location.location_code,
        location.location_name,
        coalesce(type_mapping.location_type, {{ unknown_key() }}) as location_type,
        location.location_type as source_location_type,
        coalesce({{ reference_key('location.source_instance', 'location.parent_id') }}, {{ unknown_key() }})
            as parent_location_key,
        coalesce(own_facility.facility_code, parent_facility.facility_code, {{ unknown_key() }}) as facility_code,
        coalesce(location.is_active, true) as is_active,
        cast('tryton' as {{ dbt.type_string() }}) as source_system,
        location.source_instance,
        location.location_id as source_pk,
        {{ audit_columns('location') }}
    from {{ ref('stg_tryton__location') }} as location
    left join {{ ref('stg_tryton__location') }} as parent
        on location.source_instance = parent.source_instance and location.parent_id = parent.location_id
    left join {{ ref('map_location_type') }} as type_mapping
        on type_mapping.source_system = 'tryton' and location.location_type = type_mapping.source_location_type
    left join {{ ref('map_facility') }} as own_facility
        on own_facility.source_system = 'tryton' and location.location_code = own_facility.source_code
    left join {{ ref('map_facility') }} as parent_facility
        on parent_facility.source_system = 'tryton' and parent.location_code = parent_facility.source_code
),

final as (
    select * from tryton_locations
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
