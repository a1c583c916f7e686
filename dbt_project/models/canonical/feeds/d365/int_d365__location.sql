-- One row per warehouse that documents and stock of Dynamics name. Dynamics serves no list of them here.
with named as (
    select
        source_instance,
        location_code,
        receiving_facility_code as facility_code,
        {{ audit_columns('line') }}
    from {{ ref('stg_d365__purchase_order_line') }} as line
    where location_code is not null
    union all
    select
        source_instance,
        location_code,
        facility_code,
        {{ audit_columns('stock') }}
    from {{ ref('stg_d365__on_hand_inventory') }} as stock
    where location_code is not null
)

select
    {{ feed_origin('d365') }},
    location_code as location_source_key,
    location_code,
    location_code as location_name,
    cast('WAREHOUSE' as {{ dbt.type_string() }}) as source_location_type,
    {{ no_text() }} as parent_source_key,
    min(facility_code) as facility_source_code,
    {{ no_text() }} as parent_facility_source_code,
    {{ no_text() }} as cost_center_source_code,
    true as is_active,
    true as is_inferred,
    max(source_version_at) as source_version_at,
    min(first_loaded_at) as first_loaded_at,
    max(last_loaded_at) as last_loaded_at,
    max(load_id) as load_id
from named
group by source_instance, location_code
