-- One row per stock location of a source system, and the unknown member. A location that no list holds and documents name
-- is here too, marked as inferred. Where two systems keep books of one place (`map_stock_location`), stock_location_key is the
-- same for both.
with every_location as (
    {{ united('location') }}
),

final as (
    select
        {{ surrogate_key(['location.source_instance', 'location.location_source_key']) }} as location_key,
        location.location_code,
        location.location_name,
        coalesce(type_mapping.location_type, {{ unknown_key() }}) as location_type,
        location.source_location_type,
        coalesce({{ reference_key('location.source_instance', 'location.parent_source_key') }}, {{ unknown_key() }})
            as parent_location_key,
        coalesce(
            {{ reference_key('same_place.stock_instance', 'same_place.stock_location_key') }},
            {{ surrogate_key(['location.source_instance', 'location.location_source_key']) }}
        ) as stock_location_key,
        coalesce(own_facility.facility_code, parent_facility.facility_code, {{ unknown_key() }}) as facility_code,
        coalesce(cost_center.cost_center_key, {{ unknown_key() }}) as cost_center_key,
        location.is_active,
        location.is_inferred,
        location.source_system,
        location.source_instance,
        location.location_source_key as source_pk,
        {{ audit_columns('location') }}
    from every_location as location
    left join {{ ref('map_location_type') }} as type_mapping
        on
            location.source_system = type_mapping.source_system
            and location.source_location_type = type_mapping.source_location_type
    left join {{ ref('map_facility') }} as own_facility
        on location.source_system = own_facility.source_system and location.facility_source_code = own_facility.source_code
    left join {{ ref('map_facility') }} as parent_facility
        on
            location.source_system = parent_facility.source_system
            and location.parent_facility_source_code = parent_facility.source_code
    left join {{ ref('xref_cost_center') }} as cost_center
        on
            location.source_instance = cost_center.source_instance
            and location.cost_center_source_code = cost_center.cost_center_source_code
    left join {{ ref('map_stock_location') }} as same_place
        on
            location.source_instance = same_place.source_instance
            and location.location_source_key = same_place.source_location_key
    union all
    select
        {{ unknown_key() }} as location_key,
        {{ no_text() }} as location_code,
        cast('Unknown' as {{ dbt.type_string() }}) as location_name,
        {{ unknown_key() }} as location_type,
        {{ no_text() }} as source_location_type,
        {{ unknown_key() }} as parent_location_key,
        {{ unknown_key() }} as stock_location_key,
        {{ unknown_key() }} as facility_code,
        {{ unknown_key() }} as cost_center_key,
        false as is_active,
        false as is_inferred,
        {{ unknown_key() }} as source_system,
        {{ unknown_key() }} as source_instance,
        {{ unknown_key() }} as source_pk,
        {{ no_audit_columns() }}
)

select * from final
