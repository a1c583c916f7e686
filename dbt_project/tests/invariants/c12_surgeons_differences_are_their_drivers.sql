-- C12: price, mix, quantity and waste sum to the difference, in each functional group and for the surgeon; and the surgeon's
-- cases took what the groups did.
with drivers as (
    select
        facility_key,
        procedure_group,
        severity_code,
        surgeon_label,
        sum(supply_amount) as supply_amount,
        sum(difference_amount) as difference_amount,
        sum(case when price_amount + mix_amount + quantity_amount + waste_amount <> difference_amount then 1 else 0 end)
            as broken_count
    from {{ ref('mart_physician_variation_driver') }}
    group by facility_key, procedure_group, severity_code, surgeon_label
)

select
    surgeon.facility_key,
    surgeon.procedure_group,
    surgeon.severity_code,
    surgeon.surgeon_label
from {{ ref('mart_physician_variation') }} as surgeon
left join drivers
    on
        surgeon.facility_key = drivers.facility_key
        and surgeon.procedure_group = drivers.procedure_group
        and surgeon.severity_code = drivers.severity_code
        and surgeon.surgeon_label = drivers.surgeon_label
where
    (surgeon.peer_case_count is not null and drivers.surgeon_label is null)
    or drivers.broken_count > 0
    or surgeon.supply_amount <> drivers.supply_amount
    or surgeon.difference_amount <> drivers.difference_amount
    or surgeon.price_amount + surgeon.mix_amount + surgeon.quantity_amount + surgeon.waste_amount <> surgeon.difference_amount
    or surgeon.supply_amount - surgeon.expected_amount <> surgeon.difference_amount
