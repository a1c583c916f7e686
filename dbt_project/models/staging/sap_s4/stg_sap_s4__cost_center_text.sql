-- One row per cost centre, span of validity and language: its name; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'cost_center_text'), ref('stg_sap_s4__cost_center')) }}
)

select
    _line_no as line_no,
    controlling_area,
    cost_center as cost_center_code,
    valid_to_date,
    language as language_code,
    {{ text_value('name') }} as cost_center_name,
    {{ text_value('description') }} as cost_center_description,
    {{ child_record_columns() }}
from current_lines
