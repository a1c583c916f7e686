-- One row per journal; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'journal')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as journal_id,
    {{ text_value('code') }} as journal_code,
    {{ text_value('name') }} as journal_name,
    type as journal_type,
    created_at,
    {{ record_columns() }}
from current_records
