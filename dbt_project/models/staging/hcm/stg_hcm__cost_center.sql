-- One row per cost center in its hierarchy; current versions only.
with current_records as (
    {{ current_version(source('raw_hcm', 'cost_center')) }}
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
    {{ record_columns() }}
from current_records
