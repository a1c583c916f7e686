-- One row per supplier; current versions only.
with current_records as (
    {{ current_version(source('raw_procurement', 'supplier')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as supplier_id,
    {{ text_value('number') }} as supplier_number,
    {{ text_value('name') }} as supplier_name,
    status as supplier_status,
    {{ text_value('po_method') }} as transmission_method,
    {{ text_value('payment_terms_code') }} as payment_terms_code,
    tax_id_token,
    created_at,
    {{ record_columns() }}
from current_records
