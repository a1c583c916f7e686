-- One row per fiscal year of a company; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'fiscal_year')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as fiscal_year_id,
    {{ text_value('name') }} as fiscal_year_name,
    cast(company_id as {{ dbt.type_string() }}) as company_id,
    start_date,
    end_date,
    state as fiscal_year_state,
    created_at,
    {{ record_columns() }}
from current_records
