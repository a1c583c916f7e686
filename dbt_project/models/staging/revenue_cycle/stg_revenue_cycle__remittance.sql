-- One row per settled line of a claim; voids are negative, so that sums over all lines are right.
with current_records as (
    {{ current_version(source('raw_revenue_cycle', 'remittance')) }}
)

select
    claim_key,
    claim_frequency as claim_frequency_code,
    paid_date,
    encounter_key,
    {{ text_value('payer_class') }} as payer_class,
    cast(billed_amount as decimal(18, 2)) as billed_amount,
    cast(allowed_amount as decimal(18, 2)) as allowed_amount,
    cast(paid_amount as decimal(18, 2)) as paid_amount,
    cast(contractual_amount as decimal(18, 2)) as contractual_amount,
    {{ text_value('denial_code') }} as denial_code,
    {{ record_columns() }}
from current_records
