-- C13: contribution margin, direct margin, net margin: each is the one before less the cost that it counts as well.
select
    facility_key,
    period,
    service_line_key,
    patient_class
from {{ ref('mart_service_line_cost') }}
where
    contribution_margin_amount - cost_fixed_direct_amount <> direct_margin_amount
    or direct_margin_amount - cost_indirect_amount <> net_margin_amount
    or net_margin_amount + cost_total_amount <> net_revenue_amount
