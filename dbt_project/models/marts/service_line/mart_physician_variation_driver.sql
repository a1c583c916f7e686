-- One row per row of mart_physician_variation with peers, and functional group of items: why what a surgeon's cases take differs
-- from as many cases of the peers. Price, mix, quantity and waste sum to the difference.
select
    facility_key,
    procedure_group,
    severity_code,
    surgeon_label,
    functional_group,
    case_count,
    peer_case_count,
    used_base_qty,
    expected_base_qty,
    supply_amount,
    expected_amount,
    difference_amount,
    price_amount,
    mix_amount,
    quantity_amount,
    waste_amount,
    currency_code
from {{ ref('int_variation__driver') }}
