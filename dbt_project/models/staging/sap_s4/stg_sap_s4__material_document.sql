-- One row per material document: a receipt, an issue, a transfer; current versions only.
with current_records as (
    {{ current_version(source('raw_sap_s4', 'material_document')) }}
)

select
    document_year as material_document_year,
    material_document as material_document_number,
    {{ text_value('transaction_type') }} as transaction_type,
    document_date,
    posting_date,
    created_at,
    {{ text_value('reference_document') }} as packing_slip_number,
    {{ text_value('movement_code') }} as movement_code,
    {{ record_columns() }}
from current_records
