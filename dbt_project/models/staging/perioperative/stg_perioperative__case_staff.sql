-- One row per role that was filled in a case; current versions only.
with current_lines as (
    {{ current_children(source('raw_perioperative', 'case_staff'), ref('stg_perioperative__surgical_case')) }}
)

select
    _line_no as line_no,
    case_key,
    role as staff_role,
    minutes as staff_minutes,
    {{ child_record_columns() }}
from current_lines
