-- One row per return shipment to a supplier, by; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'shipment_in_return')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as shipment_in_return_id,
    {{ text_value('number') }} as shipment_in_return_number,
    {{ text_value('reference') }} as shipment_in_return_reference,
    cast(company_id as {{ dbt.type_string() }}) as company_id,
    cast(supplier_id as {{ dbt.type_string() }}) as supplier_id,
    planned_date,
    effective_date,
    state as shipment_in_return_state,
    created_at,
    {{ record_columns() }}
from current_records
