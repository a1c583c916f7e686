-- One row per payment: one payment settles one or many invoices of a supplier; current versions only.
with current_records as (
    {{ current_version(source('raw_oracle_fusion', 'payment')) }}
)

select
    cast(payment_id as {{ dbt.type_string() }}) as payment_id,
    cast(payment_instruction_id as {{ dbt.type_string() }}) as payment_instruction_id,
    payment_number,
    {{ text_value('supplier_number') }} as supplier_number,
    {{ text_value('supplier_site') }} as supplier_site,
    {{ text_value('business_unit') }} as business_unit,
    currency_code,
    cast(payment_amount as decimal(18, 2)) as payment_amount,
    payment_date,
    accounting_date,
    status as payment_status,
    {{ text_value('payment_type') }} as payment_type,
    {{ text_value('payment_method') }} as payment_method,
    void_date,
    stop_date,
    created_at,
    {{ record_columns() }}
from current_records
