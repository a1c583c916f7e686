-- One row per product released to a company of Dynamics: its purchase price, for so many of its purchase unit. What stock is
-- booked at is not read.
select
    {{ feed_origin('d365') }},
    {{ source_key(['company_code', 'item_number']) }} as source_pk,
    {{ source_key(['company_code', 'item_number']) }} as item_source_key,
    {{ no_text() }} as facility_source_code,
    {{ no_text() }} as valuation_type,
    company_code as company_source_key,
    cast('PURCHASE' as {{ dbt.type_string() }}) as price_basis,
    cast({{ div_exact('purchase_price', 'price_qty', scale=6) }} as decimal(18, 6)) as unit_price,
    purchase_uom_code as source_uom_code,
    {{ no_text() }} as currency_code,
    cast(null as date) as valid_from,
    false as is_deleted,
    {{ audit_columns('product') }}
from {{ ref('stg_d365__released_product') }} as product
where purchase_price is not null
