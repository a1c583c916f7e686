-- One row per natural account of a company's chart; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'account')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as account_id,
    {{ text_value('code') }} as account_code,
    {{ text_value('name') }} as account_name,
    cast(company_id as {{ dbt.type_string() }}) as company_id,
    cast(parent_id as {{ dbt.type_string() }}) as parent_id,
    cast(type_id as {{ dbt.type_string() }}) as type_id,
    {{ text_value('type_name') }} as type_name,
    {{ text_value('statement') }} as statement,
    is_payable,
    is_receivable,
    is_expense,
    is_revenue,
    is_stock,
    is_debt,
    closed as is_closed,
    created_at,
    {{ record_columns() }}
from current_records
