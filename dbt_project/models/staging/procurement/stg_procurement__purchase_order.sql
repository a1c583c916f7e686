-- One row per purchase order; current versions only.
with current_records as (
    {{ current_version(source('raw_procurement', 'purchase_order')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as purchase_order_id,
    {{ text_value('po_number') }} as po_number,
    version as po_version,
    revision as po_revision,
    status as po_status,
    {{ text_value('transmission_status') }} as transmission_status,
    acknowledged_at,
    {{ text_value('supplier_number') }} as supplier_number,
    {{ text_value('ship_to_code') }} as facility_code,
    {{ text_value('currency_code') }} as currency_code,
    created_at,
    {{ record_columns() }}
from current_records
