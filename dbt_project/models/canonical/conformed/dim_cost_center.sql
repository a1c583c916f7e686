-- One row per cost center, as its owner describes it today, and the unknown member.
select
    cost_center_key,
    cost_center_code,
    cost_center_name,
    cost_center_class,
    department_function,
    cms_line,
    facility_code,
    company_key,
    hierarchy_level_1,
    hierarchy_level_2,
    is_active,
    source_system,
    source_instance,
    source_pk,
    {{ audit_columns('version') }}
from {{ ref('dim_cost_center_version') }} as version
where is_current
