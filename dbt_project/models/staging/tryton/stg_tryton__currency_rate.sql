-- One row per dated rate of a currency; current versions only.
with current_lines as (
    {{ current_children(source('raw_tryton', 'currency_rate'), ref('stg_tryton__currency')) }}
)

select
    _line_no as line_no,
    cast(currency_id as {{ dbt.type_string() }}) as currency_id,
    cast(id as {{ dbt.type_string() }}) as currency_rate_id,
    date as currency_rate_date,
    cast(rate as decimal(30, 12)) as rate,
    created_at,
    {{ child_record_columns() }}
from current_lines
