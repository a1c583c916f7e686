-- One row per method, facility, month, overhead department and department that bears part of its cost.
select
    allocation_method,
    facility_key,
    period,
    overhead_cost_center_key,
    receiving_cost_center_key,
    is_receiver_overhead,
    statistic_code,
    statistic_qty,
    step_share,
    reach_share
from {{ source('costing', 'allocation_share') }}
