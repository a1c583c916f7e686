-- One row per distributor, facility and days on which a distribution agreement holds between them, as it is known today: what
-- other suppliers' contracts price may be bought through it. Days are half-open.
select
    contract.supplier_key,
    eligibility.facility_key,
    greatest(contract.valid_from_date, eligibility.valid_from_date) as valid_from_date,
    least(contract.valid_to_date, eligibility.valid_to_date) as valid_to_date
from {{ ref('dim_contract') }} as contract
inner join {{ ref('dim_contract_eligibility') }} as eligibility
    on
        contract.contract_key = eligibility.contract_key
        and eligibility.valid_from_date < contract.valid_to_date
        and contract.valid_from_date < eligibility.valid_to_date
where
    contract.contract_type = 'DISTRIBUTION'
    and contract.is_current
    and eligibility.is_current
    and contract.supplier_key <> {{ unknown_key() }}
