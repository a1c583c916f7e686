-- One row per released product and unit: the one that it is stocked in, and those that its product converts to it. A conversion
-- may be kept either way round; where both are, the one into the unit of stock counts.
with conversions as (
    select
        source_instance,
        product_number,
        from_uom_code as uom_code,
        to_uom_code as base_uom_code,
        1 as preference,
        {{ whole_units('factor', 12) }} * numerator as num,
        {{ whole_units('denominator', 12) }} as den,
        {{ audit_columns('conversion') }}
    from {{ ref('stg_d365__unit_conversion') }} as conversion
    union all
    select
        source_instance,
        product_number,
        to_uom_code as uom_code,
        from_uom_code as base_uom_code,
        2 as preference,
        {{ whole_units('denominator', 12) }} as num,
        {{ whole_units('factor', 12) }} * numerator as den,
        {{ audit_columns('conversion') }}
    from {{ ref('stg_d365__unit_conversion') }} as conversion
),

ranked as (
    select
        product.company_code,
        product.item_number,
        conversions.*,
        row_number() over (
            partition by product.source_instance, product.company_code, product.item_number, conversions.uom_code
            order by conversions.preference
        ) as conversion_rank
    from {{ ref('stg_d365__released_product') }} as product
    inner join conversions
        on
            product.source_instance = conversions.source_instance
            and product.product_number = conversions.product_number
            and product.inventory_uom_code = conversions.base_uom_code
    where conversions.uom_code <> product.inventory_uom_code
)

select
    {{ feed_origin('d365') }},
    {{ source_key(['company_code', 'item_number']) }} as source_item_key,
    inventory_uom_code as source_uom_code,
    cast(1 as decimal(38, 0)) as base_qty_numerator,
    cast(1 as decimal(38, 0)) as base_qty_denominator,
    true as is_base_uom,
    {{ audit_columns('product') }}
from {{ ref('stg_d365__released_product') }} as product
where inventory_uom_code is not null
union all
select
    {{ feed_origin('d365') }},
    {{ source_key(['company_code', 'item_number']) }} as source_item_key,
    uom_code as source_uom_code,
    cast(num as decimal(38, 0)) as base_qty_numerator,
    cast(den as decimal(38, 0)) as base_qty_denominator,
    false as is_base_uom,
    {{ audit_columns('ranked') }}
from ranked
where conversion_rank = 1
