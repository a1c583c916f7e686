{{ config(unit=['bought_line_key']) }}
-- One row per bought line and contract price of its item that its facility could have had that day, and span of time in which
-- that was known. `reach` says how the line's supplier comes to the price: the order names the contract, it is the contract's
-- supplier, it distributes for others there, or not at all. What was known at the end of the day of purchase counts as known.
with bought as (
    select
        line.*,
        supplier.parent_supplier_key
    from {{ ref('int_price__bought_line') }} as line
    left join {{ ref('dim_supplier') }} as supplier on line.supplier_key = supplier.supplier_key
    where line.item_key <> {{ unknown_key() }}
),

named as (
    select
        bought.bought_line_key,
        entered.contract_key
    from bought
    inner join {{ ref('fct_erp_contract_price') }} as entered
        on
            bought.source_instance = entered.source_instance
            and bought.contract_number = entered.erp_contract_number
            and bought.contract_line_number = entered.erp_contract_line_number
    where entered.contract_key <> {{ unknown_key() }}
    group by bought.bought_line_key, entered.contract_key
),

distributed as (
    select distinct
        bought.supplier_key,
        bought.facility_key,
        bought.bought_date
    from bought
    inner join {{ ref('int_price__distribution') }} as distribution
        on
            bought.supplier_key = distribution.supplier_key
            and bought.facility_key = distribution.facility_key
            and bought.bought_date >= distribution.valid_from_date
            and bought.bought_date < distribution.valid_to_date
)

select
    bought.bought_line_key,
    agreed.contract_price_key,
    agreed.contract_key,
    agreed.contract_number,
    agreed.contract_type,
    agreed.contract_line_number,
    agreed.tier_number,
    agreed.base_unit_price,
    agreed.currency_code,
    agreed.known_from_version_no,
    agreed.uom_code = bought.uom_code as is_same_uom,
    case
        when named.contract_key is not null or bought.contract_number = agreed.contract_number then 'NAMED_ON_ORDER'
        when bought.supplier_key = {{ unknown_key() }} then 'OTHER_SUPPLIER'
        when contract_supplier.parent_supplier_key = bought.parent_supplier_key then 'CONTRACT_SUPPLIER'
        when distributed.supplier_key is not null then 'DISTRIBUTOR'
        else 'OTHER_SUPPLIER'
    end as reach,
    agreed.known_from_at < {{ days_after('bought.bought_date', 1) }}
    and agreed.known_to_at >= {{ days_after('bought.bought_date', 1) }} as is_known,
    agreed.is_current
from bought
inner join {{ ref('int_price__agreed') }} as agreed
    on
        bought.item_key = agreed.item_key
        and bought.facility_key = agreed.facility_key
        and bought.bought_date >= agreed.valid_from_date
        and bought.bought_date < agreed.valid_to_date
left join named on bought.bought_line_key = named.bought_line_key and agreed.contract_key = named.contract_key
left join {{ ref('dim_supplier') }} as contract_supplier on agreed.supplier_key = contract_supplier.supplier_key
left join distributed
    on
        bought.supplier_key = distributed.supplier_key
        and bought.facility_key = distributed.facility_key
        and bought.bought_date = distributed.bought_date
