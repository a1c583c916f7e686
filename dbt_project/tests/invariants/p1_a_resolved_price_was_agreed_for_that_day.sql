-- P1: the price a line is held to is one that was agreed for its item, its facility and its day; without one it is on no
-- contract.
select
    compliance.bought_line_key,
    compliance.compliance_class,
    compliance.contract_price_key
from {{ ref('mart_contract_compliance') }} as compliance
left join {{ ref('dim_contract_price') }} as price on compliance.contract_price_key = price.contract_price_key
left join {{ ref('dim_contract_eligibility') }} as eligibility
    on
        price.contract_key = eligibility.contract_key
        and compliance.facility_key = eligibility.facility_key
        and compliance.bought_date >= eligibility.valid_from_date
        and compliance.bought_date < eligibility.valid_to_date
where
    compliance.resolution_rule is not null
    and (
        price.contract_price_key is null
        or eligibility.contract_key is null
        or price.item_key <> compliance.item_key
        or compliance.bought_date < price.valid_from_date
        or compliance.bought_date >= price.valid_to_date
    )
union all
select
    bought_line_key,
    compliance_class,
    contract_price_key
from {{ ref('mart_contract_compliance') }}
where compliance_class like 'ON_CONTRACT%' and contract_price_key = {{ unknown_key() }}
