-- One row per tier of a contract; current versions only.
with current_lines as (
    {{ current_children(source('raw_clm', 'contract_tier'), ref('stg_clm__contract')) }}
)

select
    _line_no as line_no,
    contract_number,
    tier as tier_number,
    requirement_type,
    threshold as requirement_threshold,
    {{ text_value('measure_period') }} as measure_period,
    {{ child_record_columns() }}
from current_lines
