-- One row per purchase order; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'purchase')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as purchase_id,
    {{ text_value('number') }} as purchase_number,
    {{ text_value('reference') }} as purchase_reference,
    cast(company_id as {{ dbt.type_string() }}) as company_id,
    cast(supplier_id as {{ dbt.type_string() }}) as supplier_id,
    cast(invoice_party_id as {{ dbt.type_string() }}) as invoice_party_id,
    cast(warehouse_id as {{ dbt.type_string() }}) as warehouse_id,
    cast(currency_id as {{ dbt.type_string() }}) as currency_id,
    purchase_date,
    delivery_date,
    {{ text_value('invoice_method') }} as invoice_method,
    state as purchase_state,
    {{ text_value('invoice_state') }} as invoice_state,
    {{ text_value('shipment_state') }} as shipment_state,
    cast(untaxed_amount as decimal(18, 2)) as untaxed_amount,
    cast(tax_amount as decimal(18, 2)) as tax_amount,
    cast(total_amount as decimal(18, 2)) as total_amount,
    created_at,
    {{ record_columns() }}
from current_records
