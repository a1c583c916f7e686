-- One row per line of the preference card that a case was picked by; current versions only.
with current_lines as (
    {{ current_children(source('raw_perioperative', 'case_card_line'), ref('stg_perioperative__surgical_case')) }}
)

select
    _line_no as line_no,
    case_key,
    supply_id,
    qty_open,
    qty_hold,
    {{ child_record_columns() }}
from current_lines
