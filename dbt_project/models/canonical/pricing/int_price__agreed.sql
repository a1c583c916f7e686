{{ config(unit=['contract_price_key']) }}
-- One row per price of a contract, facility that may have it, and days and span of time in which all three were so: the price,
-- that the facility buys on its tier, and the contract itself. Days and times are half-open.
with joined as (
    select
        price.contract_price_key,
        price.contract_key,
        contract.contract_number,
        contract.contract_type,
        price.contract_line_number,
        eligibility.tier_number,
        eligibility.facility_key,
        price.supplier_key,
        price.item_key,
        price.uom_code,
        price.base_unit_price,
        price.currency_code,
        price.known_from_version_no,
        greatest(price.valid_from_date, eligibility.valid_from_date, contract.valid_from_date) as valid_from_date,
        least(price.valid_to_date, eligibility.valid_to_date, contract.valid_to_date) as valid_to_date,
        greatest(price.known_from_at, eligibility.known_from_at, contract.known_from_at) as known_from_at,
        least(price.known_to_at, eligibility.known_to_at, contract.known_to_at) as known_to_at
    from {{ ref('dim_contract_price') }} as price
    inner join {{ ref('dim_contract') }} as contract on price.contract_key = contract.contract_key
    inner join {{ ref('dim_contract_eligibility') }} as eligibility
        on
            price.contract_key = eligibility.contract_key
            and (price.tier_number is null or price.tier_number = eligibility.tier_number)
    where price.item_key <> {{ unknown_key() }}
)

select
    joined.*,
    known_to_at = {{ no_end_at() }} as is_current
from joined
where valid_from_date < valid_to_date and known_from_at < known_to_at
