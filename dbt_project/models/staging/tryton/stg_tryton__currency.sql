-- One row per currency; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'currency')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as currency_id,
    {{ text_value('code') }} as currency_code,
    {{ text_value('name') }} as currency_name,
    digits,
    active as is_active,
    created_at,
    {{ record_columns() }}
from current_records
