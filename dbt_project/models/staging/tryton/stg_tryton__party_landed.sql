-- One row per party and version of it that was landed, from when to when it held; the current one included.
with landed_records as (
    {{ landed_versions(source('raw_tryton', 'party')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as party_id,
    {{ text_value('name') }} as party_name,
    active as is_active,
    valid_from_at,
    valid_to_at,
    {{ record_columns() }}
from landed_records
