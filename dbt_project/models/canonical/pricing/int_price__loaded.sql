-- One row per bought line for which a contract price was known, and whether the buyer's ERP had that price then: the same item at
-- the same price per base unit, from the contract's supplier or the line's own. Null where the ERP's prices are not read.
with known as (
    select
        bought_line_key,
        contract_price_key
    from {{ ref('int_price__resolved') }}
    where basis = 'KNOWN'
),

instances as (
    select distinct source_instance from {{ ref('fct_erp_contract_price') }}
),

loaded as (
    select distinct line.bought_line_key
    from known
    inner join {{ ref('int_price__bought_line') }} as line on known.bought_line_key = line.bought_line_key
    inner join {{ ref('dim_contract_price') }} as price on known.contract_price_key = price.contract_price_key
    inner join {{ ref('fct_erp_contract_price') }} as entered
        on
            line.source_instance = entered.source_instance
            and line.item_key = entered.item_key
            and price.base_unit_price = entered.base_unit_price
            and price.currency_code = entered.currency_code
            and line.bought_date >= entered.valid_from_date
            and line.bought_date < entered.valid_to_date
            and not entered.is_cancelled
            and entered.supplier_key in (price.supplier_key, line.supplier_key)
)

select
    known.bought_line_key,
    case when instances.source_instance is not null then loaded.bought_line_key is not null end as is_loaded_in_erp
from known
inner join {{ ref('int_price__bought_line') }} as line on known.bought_line_key = line.bought_line_key
left join instances on line.source_instance = instances.source_instance
left join loaded on known.bought_line_key = loaded.bought_line_key
