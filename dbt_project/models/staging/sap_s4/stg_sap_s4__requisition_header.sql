-- One row per requisition; what changes stands in its items; current versions only.
with current_records as (
    {{ current_version(source('raw_sap_s4', 'requisition_header')) }}
)

select
    requisition as requisition_number,
    requisition_type,
    {{ text_value('description') }} as requisition_description,
    determines_source as is_source_determined,
    {{ record_columns() }}
from current_records
