-- One row per stock location of the inventory system.
select
    {{ feed_origin('inventory') }},
    location_id as location_source_key,
    location_id as location_code,
    location_id as location_name,
    location_type as source_location_type,
    {{ no_text() }} as parent_source_key,
    facility_code as facility_source_code,
    {{ no_text() }} as parent_facility_source_code,
    cost_center_code as cost_center_source_code,
    coalesce(is_active, true) as is_active,
    false as is_inferred,
    {{ audit_columns('location') }}
from {{ ref('stg_inventory__location') }} as location
