-- One row per service line, and the group of lines that it belongs to: two levels, each line in one group. The lines that no
-- visit bears are groups of their own.
select
    service_line_key,
    service_line_name,
    service_line_group,
    is_patient_care
from {{ ref('cfg_service_line') }}
