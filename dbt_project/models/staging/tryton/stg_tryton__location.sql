-- One row per stock location: warehouses, zones, and the virtual locations of suppliers; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'location')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as location_id,
    {{ text_value('code') }} as location_code,
    {{ text_value('name') }} as location_name,
    type as location_type,
    cast(parent_id as {{ dbt.type_string() }}) as parent_id,
    active as is_active,
    created_at,
    {{ record_columns() }}
from current_records
