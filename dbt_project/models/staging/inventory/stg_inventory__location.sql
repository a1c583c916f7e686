-- One row per stock location; current versions only.
with current_records as (
    {{ current_version(source('raw_inventory', 'location')) }}
)

select
    location_id,
    {{ text_value('facility') }} as facility_code,
    location_type,
    {{ text_value('cost_center') }} as cost_center_code,
    {{ text_value('time_zone') }} as time_zone_name,
    is_active,
    {{ record_columns() }}
from current_records
