-- One row per purchase requisition; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'requisition')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as requisition_id,
    {{ text_value('number') }} as requisition_number,
    {{ text_value('description') }} as requisition_description,
    cast(company_id as {{ dbt.type_string() }}) as company_id,
    cast(employee_id as {{ dbt.type_string() }}) as employee_id,
    cast(warehouse_id as {{ dbt.type_string() }}) as warehouse_id,
    cast(currency_id as {{ dbt.type_string() }}) as currency_id,
    supply_date,
    state as requisition_state,
    created_at,
    {{ record_columns() }}
from current_records
