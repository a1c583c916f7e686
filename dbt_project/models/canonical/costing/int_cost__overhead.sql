{{ config(unit=['facility_key', 'period']) }}
-- One row per method, facility, month, overhead department and department that bears part of its own ledger cost in the end,
-- whole cents: every overhead department ends at zero.
with owed as (
    select
        share.allocation_method,
        share.facility_key,
        share.period,
        share.overhead_cost_center_key,
        share.receiving_cost_center_key,
        share.reach_share,
        department.cost_amount,
        department.currency_code
    from {{ ref('stg_costing__allocation_share') }} as share
    inner join {{ ref('int_cost__department') }} as department
        on
            share.facility_key = department.facility_key
            and share.period = department.period
            and share.overhead_cost_center_key = department.cost_center_key
    where not share.is_receiver_overhead and share.reach_share > 0 and department.cost_amount <> 0
),

shared as (
    {{ shared_by_largest_remainder(
        'owed', ['allocation_method', 'facility_key', 'period', 'overhead_cost_center_key'], 'cost_amount', 'reach_share',
        'receiving_cost_center_key', scale=18
    ) }}
)

select
    allocation_method,
    facility_key,
    period,
    overhead_cost_center_key,
    receiving_cost_center_key,
    reach_share,
    shared_amount as allocated_amount,
    currency_code
from shared
