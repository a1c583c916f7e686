-- One row per facility, and the unknown member. A facility may be known to several systems by several codes (map_facility).
select
    facility_code as facility_key,
    facility_code,
    facility_name,
    facility_type,
    region,
    timezone,
    gln
from {{ ref('cfg_facility') }}
union all
select
    {{ unknown_key() }} as facility_key,
    {{ unknown_key() }} as facility_code,
    cast('Unknown' as {{ dbt.type_string() }}) as facility_name,
    {{ no_text() }} as facility_type,
    {{ no_text() }} as region,
    {{ no_text() }} as timezone,
    {{ no_text() }} as gln
