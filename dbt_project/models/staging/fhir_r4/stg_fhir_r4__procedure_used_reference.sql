-- One row per thing that a procedure says it used; current versions only.
with current_lines as (
    {{ current_children(source('raw_fhir_r4', 'procedure_used_reference'), ref('stg_fhir_r4__procedure')) }}
)

select
    _line_no as line_no,
    procedure_id,
    used_id,
    {{ child_record_columns() }}
from current_lines
