-- One row per device that a procedure acted upon; current versions only.
with current_lines as (
    {{ current_children(source('raw_fhir_r4', 'procedure_focal_device'), ref('stg_fhir_r4__procedure')) }}
)

select
    _line_no as line_no,
    procedure_id,
    {{ text_value('action_code') }} as action_code,
    device_id,
    {{ child_record_columns() }}
from current_lines
