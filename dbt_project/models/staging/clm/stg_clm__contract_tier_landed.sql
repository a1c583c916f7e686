-- One row per tier of a landed version of a contract.
with landed_lines as (
    {{ current_children(source('raw_clm', 'contract_tier'), ref('stg_clm__contract_landed')) }}
)

select
    _parent_row_key as contract_row_key,
    contract_number,
    tier as tier_number,
    requirement_type,
    threshold as requirement_threshold,
    {{ text_value('measure_period') }} as measure_period,
    {{ child_record_columns() }}
from landed_lines
