-- One row per accounting period; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'period')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as period_id,
    {{ text_value('name') }} as period_name,
    cast(fiscal_year_id as {{ dbt.type_string() }}) as fiscal_year_id,
    start_date,
    end_date,
    state as period_state,
    type as period_type,
    created_at,
    {{ record_columns() }}
from current_records
