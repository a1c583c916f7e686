-- One row per facility and time in which it may buy under a landed version of a contract.
with landed_lines as (
    {{ current_children(source('raw_clm', 'contract_eligibility'), ref('stg_clm__contract_landed')) }}
)

select
    _parent_row_key as contract_row_key,
    contract_number,
    facility_gln,
    tier as tier_number,
    eligible_from as eligible_from_date,
    eligible_to as eligible_to_date,
    {{ child_record_columns() }}
from landed_lines
