-- One row per procedure of a case; current versions only.
with current_lines as (
    {{ current_children(source('raw_perioperative', 'case_procedure'), ref('stg_perioperative__surgical_case')) }}
)

select
    _line_no as line_no,
    case_key,
    sequence as procedure_sequence,
    {{ text_value('code') }} as procedure_code,
    {{ text_value('code_system') }} as procedure_code_system,
    is_primary,
    surgeon_key,
    {{ text_value('laterality') }} as laterality,
    {{ child_record_columns() }}
from current_lines
