-- One row per party: suppliers, manufacturers, companies and people that Tryton knows; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'party')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as party_id,
    {{ text_value('code') }} as party_code,
    {{ text_value('name') }} as party_name,
    active as is_active,
    created_at,
    {{ record_columns() }}
from current_records
