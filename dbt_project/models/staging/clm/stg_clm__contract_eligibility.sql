-- One row per facility and time in which it may buy under a contract; current versions only.
with current_lines as (
    {{ current_children(source('raw_clm', 'contract_eligibility'), ref('stg_clm__contract')) }}
)

select
    _line_no as line_no,
    contract_number,
    facility_gln,
    {{ text_value('facility_name') }} as facility_name,
    tier as tier_number,
    eligible_from as eligible_from_date,
    eligible_to as eligible_to_date,
    {{ child_record_columns() }}
from current_lines
