-- One row per place that order schedules of Oracle ship to. Oracle serves no list of them here.
select
    {{ feed_origin('oracle_fusion') }},
    ship_to_location_code as location_source_key,
    ship_to_location_code as location_code,
    ship_to_location_code as location_name,
    cast('SHIP_TO' as {{ dbt.type_string() }}) as source_location_type,
    {{ no_text() }} as parent_source_key,
    min(ship_to_organization_code) as facility_source_code,
    {{ no_text() }} as parent_facility_source_code,
    {{ no_text() }} as cost_center_source_code,
    true as is_active,
    true as is_inferred,
    max(source_version_at) as source_version_at,
    min(first_loaded_at) as first_loaded_at,
    max(last_loaded_at) as last_loaded_at,
    max(load_id) as load_id
from {{ ref('stg_oracle_fusion__purchase_order_schedule') }}
where ship_to_location_code is not null
group by source_instance, ship_to_location_code
