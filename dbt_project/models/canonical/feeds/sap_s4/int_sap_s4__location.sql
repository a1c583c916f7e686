-- One row per plant and storage location that documents of SAP name; a plant alone is a place too. SAP serves no list of
-- them here, so they are known by their use.
with named as (
    select
        source_instance,
        plant_code,
        storage_location_code,
        {{ audit_columns('line') }}
    from {{ ref('stg_sap_s4__purchase_order_item') }} as line
    where plant_code is not null
    union all
    select
        source_instance,
        plant_code,
        storage_location_code,
        {{ audit_columns('line') }}
    from {{ ref('stg_sap_s4__material_document_item') }} as line
    where plant_code is not null
)

select
    {{ feed_origin('sap_s4') }},
    plant_code || '|' || coalesce(storage_location_code, '') as location_source_key,
    plant_code || coalesce('-' || storage_location_code, '') as location_code,
    plant_code || coalesce('-' || storage_location_code, '') as location_name,
    case when storage_location_code is null then 'PLANT' else 'STORAGE_LOCATION' end as source_location_type,
    case when storage_location_code is not null then plant_code || '|' end as parent_source_key,
    plant_code as facility_source_code,
    {{ no_text() }} as parent_facility_source_code,
    {{ no_text() }} as cost_center_source_code,
    true as is_active,
    true as is_inferred,
    max(source_version_at) as source_version_at,
    min(first_loaded_at) as first_loaded_at,
    max(last_loaded_at) as last_loaded_at,
    max(load_id) as load_id
from named
group by source_instance, plant_code, storage_location_code
