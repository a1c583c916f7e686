-- One row per diagnosis of an encounter; current versions only.
with current_lines as (
    {{ current_children(source('raw_fhir_r4', 'encounter_diagnosis'), ref('stg_fhir_r4__encounter')) }}
)

select
    _line_no as line_no,
    encounter_key,
    {{ text_value('condition_id') }} as condition_id,
    {{ text_value('use_code') }} as use_code,
    rank as diagnosis_rank,
    {{ child_record_columns() }}
from current_lines
