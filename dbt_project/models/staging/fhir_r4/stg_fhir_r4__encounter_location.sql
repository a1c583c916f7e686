-- One row per place of an encounter, in the order of the record; current versions only.
with current_lines as (
    {{ current_children(source('raw_fhir_r4', 'encounter_location'), ref('stg_fhir_r4__encounter')) }}
)

select
    _line_no as line_no,
    encounter_key,
    {{ text_value('location_id') }} as location_id,
    {{ text_value('status') }} as encounter_location_status,
    started_at,
    ended_at,
    {{ child_record_columns() }}
from current_lines
