-- One row per stock location of Tryton.
select
    {{ feed_origin('tryton', 'location.source_instance') }},
    cast(location.location_id as {{ dbt.type_string() }}) as location_source_key,
    location.location_code,
    location.location_name,
    location.location_type as source_location_type,
    cast(location.parent_id as {{ dbt.type_string() }}) as parent_source_key,
    location.location_code as facility_source_code,
    parent.location_code as parent_facility_source_code,
    {{ no_text() }} as cost_center_source_code,
    coalesce(location.is_active, true) as is_active,
    false as is_inferred,
    {{ audit_columns('location') }}
from {{ ref('stg_tryton__location') }} as location
left join {{ ref('stg_tryton__location') }} as parent
    on location.source_instance = parent.source_instance and location.parent_id = parent.location_id
