-- One row per department of an EHR, under the key of its place in dim_care_location, and the unknown member. Its cost center is
-- the one that map_department names, else the one of its facility under whose code the EHR has it (`H1-10050`).
with mapping as (
    {{ mapping_of_instances(
        'map_department', ref('dim_care_location'),
        ['department_code', 'department_name', 'facility_code', 'clinical_type', 'cost_center_code']
    ) }}
)

select
    place.location_key as department_key,
    coalesce(mapping.department_code, place.location_code) as department_code,
    coalesce(mapping.department_name, place.location_name) as department_name,
    place.facility_code as facility_key,
    coalesce(mapping.clinical_type, own_center.department_function) as clinical_type,
    coalesce(mapped_center.cost_center_key, own_center.cost_center_key, {{ unknown_key() }}) as cost_center_key,
    place.is_active,
    place.source_system,
    place.source_instance,
    place.source_pk,
    {{ audit_columns('place') }}
from {{ ref('dim_care_location') }} as place
left join mapping on place.source_instance = mapping.source_instance and place.location_code = mapping.source_code
left join {{ ref('dim_cost_center') }} as mapped_center
    on mapping.facility_code = mapped_center.facility_code and mapping.cost_center_code = mapped_center.cost_center_code
left join {{ ref('dim_cost_center') }} as own_center
    on
        place.facility_code = own_center.facility_code
        and place.location_code = own_center.facility_code || '-' || own_center.cost_center_code
where place.location_type = 'WARD' or place.location_key = {{ unknown_key() }}
