-- One row per version of a cost center of the HCM system's hierarchy.
select
    {{ feed_origin('hcm') }},
    cost_center_code as cost_center_source_code,
    cost_center_name,
    company_code as company_source_key,
    facility_code as facility_source_code,
    hierarchy_level_1,
    hierarchy_level_2,
    hierarchy_level_3 as source_class,
    department_function,
    is_active,
    valid_from_at,
    valid_to_at,
    {{ audit_columns('cost_center') }}
from {{ ref('stg_hcm__cost_center_landed') }} as cost_center
