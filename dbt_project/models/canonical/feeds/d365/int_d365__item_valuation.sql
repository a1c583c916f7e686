-- One row per product released to a company of Dynamics: what stock of it is booked at, or, where no cost is kept, its purchase
-- price.
select
    {{ feed_origin('d365') }},
    {{ source_key(['company_code', 'item_number']) }} as source_pk,
    {{ source_key(['company_code', 'item_number']) }} as item_source_key,
    {{ no_text() }} as facility_source_code,
    {{ no_text() }} as valuation_type,
    company_code as company_source_key,
    cast(case when unit_cost is null then 'PURCHASE' else 'STANDARD' end as {{ dbt.type_string() }}) as price_basis,
    case
        when unit_cost is null then cast({{ div_exact('purchase_price', 'price_qty', scale=6) }} as decimal(18, 6))
        else cast({{ div_exact('unit_cost', 'unit_cost_qty', scale=6) }} as decimal(18, 6))
    end as unit_price,
    case when unit_cost is null then purchase_uom_code else inventory_uom_code end as source_uom_code,
    {{ no_text() }} as currency_code,
    cast(null as date) as valid_from,
    false as is_deleted,
    {{ audit_columns('product') }}
from {{ ref('stg_d365__released_product') }} as product
where purchase_price is not null or unit_cost is not null
