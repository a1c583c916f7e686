-- One row per charge or credit, signed: a credit takes back what it is linked to.
with current_records as (
    {{ current_version(source('raw_revenue_cycle', 'charge')) }}
)

select
    charge_id,
    encounter_key,
    transaction_type = 'CD' as is_credit,
    {{ text_value('reversed_charge_id') }} as reversed_charge_id,
    {{ text_value('charge_code') }} as charge_code,
    {{ text_value('revenue_code') }} as revenue_code,
    {{ text_value('item_number') }} as item_number,
    {{ text_value('cost_center') }} as cost_center_code,
    cast(case when transaction_type = 'CD' then -abs(qty) else qty end as decimal(18, 6)) as charge_qty,
    cast(case when transaction_type = 'CD' then -abs(amount) else amount end as decimal(18, 2)) as charge_amount,
    service_date,
    posted_date,
    {{ record_columns() }}
from current_records
