-- One row per serial number that an item of a material document moved; a pseudonym of it; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'material_document_serial'), ref('stg_sap_s4__material_document')) }}
)

select
    _line_no as line_no,
    document_year as material_document_year,
    material_document as material_document_number,
    item as material_document_line_number,
    serial_token,
    {{ text_value('material') }} as item_number,
    {{ child_record_columns() }}
from current_lines
