-- One row per supplier invoice or credit note; current versions only.
with current_records as (
    {{ current_version(source('raw_procurement', 'invoice')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as invoice_id,
    {{ text_value('invoice_number') }} as invoice_number,
    status as invoice_status,
    invoice_date,
    document_type,
    {{ text_value('supplier_number') }} as supplier_number,
    {{ text_value('ship_to_code') }} as facility_code,
    {{ text_value('currency_code') }} as currency_code,
    {{ text_value('payment_terms_code') }} as payment_terms_code,
    cast(handling_amount as decimal(18, 2)) as handling_amount,
    cast(shipping_amount as decimal(18, 2)) as freight_amount,
    cast(misc_amount as decimal(18, 2)) as misc_amount,
    cast(tax_amount as decimal(18, 2)) as tax_amount,
    cast(gross_amount as decimal(18, 2)) as gross_amount,
    is_paid,
    payment_date,
    created_at,
    document_type = 'Credit Note' as is_credit_note,
    status = 'voided' as is_void,
    {{ record_columns() }}
from current_records
