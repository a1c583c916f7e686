-- One row per purchase request: what links a requisition line to the order line that buys it; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'purchase_request')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as purchase_request_id,
    cast(company_id as {{ dbt.type_string() }}) as company_id,
    cast(product_id as {{ dbt.type_string() }}) as product_id,
    cast(supplier_id as {{ dbt.type_string() }}) as supplier_id,
    cast(quantity as decimal(18, 6)) as qty,
    cast(uom_id as {{ dbt.type_string() }}) as uom_id,
    cast(warehouse_id as {{ dbt.type_string() }}) as warehouse_id,
    purchase_date,
    supply_date,
    cast(purchase_line_id as {{ dbt.type_string() }}) as purchase_line_id,
    state as purchase_request_state,
    created_at,
    {{ referenced_id('origin', 'purchase.requisition.line') }} as requisition_line_id,
    {{ record_columns() }}
from current_records
