-- One row per numbering of items, item number and facility (unknown: everywhere): what a base unit of stock is worth. Of several
-- valuations (batches, origins) the plain one counts.
with ranked as (
    select
        source_instance,
        source_item_key,
        facility_key,
        base_unit_price as base_unit_cost,
        price_basis as cost_basis,
        currency_code,
        row_number() over (
            partition by source_instance, source_item_key, facility_key
            order by case when valuation_type is null then 0 else 1 end, valuation_type, item_valuation_key
        ) as valuation_rank
    from {{ ref('fct_item_valuation') }}
    where not is_deleted and base_unit_price is not null
)

select
    source_instance,
    source_item_key,
    facility_key,
    base_unit_cost,
    cost_basis,
    currency_code
from ranked
where valuation_rank = 1
