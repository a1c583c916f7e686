-- One row per case of an operating room, catheter laboratory or endoscopy, whatever its status; current versions only.
with current_records as (
    {{ current_version(source('raw_perioperative', 'surgical_case')) }}
)

select
    case_key,
    encounter_key,
    facility as facility_code,
    {{ text_value('room') }} as room_code,
    suite as suite_code,
    status as case_status,
    {{ text_value('cancel_reason') }} as cancel_reason_code,
    scheduled_start_at,
    in_room_at,
    anesthesia_start_at,
    incision_at,
    close_at,
    out_room_at,
    {{ text_value('preference_card_id') }} as preference_card_id,
    preference_card_version as preference_card_version_no,
    version_no,
    {{ record_columns() }}
from current_records
