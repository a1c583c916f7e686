-- One row per cost center and version of it that was landed, from when to when it held; the current one included.
with landed_records as (
    {{ landed_versions(source('raw_hcm', 'cost_center')) }}
)

select
    cost_center as cost_center_code,
    {{ text_value('cost_center_name') }} as cost_center_name,
    {{ text_value('company') }} as company_code,
    {{ text_value('facility') }} as facility_code,
    {{ text_value('level_1') }} as hierarchy_level_1,
    {{ text_value('level_2') }} as hierarchy_level_2,
    {{ text_value('level_3') }} as hierarchy_level_3,
    {{ text_value('department_function') }} as department_function,
    not is_inactive as is_active,
    valid_from_at,
    valid_to_at,
    {{ record_columns() }}
from landed_records
