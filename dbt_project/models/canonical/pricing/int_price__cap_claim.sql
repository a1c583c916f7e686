{{ config(unit=['period', 'facility_key']) }}
-- One row per month, facility, procedure, kind of implants, supplier and contract: what of its implants went beyond the cap of
-- their cases. Sums of money alone: what all implants of these cases cost, and how many cases there were, would tell each other.
select
    item.period,
    item.facility_key,
    classified.procedure_group,
    item.functional_group,
    item.supplier_key,
    item.contract_number,
    cast(sum(item.over_cap_amount) as decimal(18, 2)) as claim_amount,
    item.currency_code
from {{ ref('int_price__capped_item') }} as item
inner join {{ ref('int_case__class') }} as classified on item.case_key = classified.case_key
where item.over_cap_amount > 0
group by
    item.period, item.facility_key, classified.procedure_group, item.functional_group, item.supplier_key, item.contract_number,
    item.currency_code
