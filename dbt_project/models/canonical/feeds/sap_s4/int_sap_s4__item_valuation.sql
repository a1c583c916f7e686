-- One row per product, valuation area and valuation type of SAP: the price that its price control books at, for so many of
-- the product's base unit.
select
    {{ feed_origin('sap_s4', 'valuation.source_instance') }},
    {{ source_key(['valuation.item_number', 'valuation.valuation_area', 'valuation.valuation_type']) }} as source_pk,
    valuation.item_number as item_source_key,
    valuation.valuation_area as facility_source_code,
    {{ text_value('valuation.valuation_type') }} as valuation_type,
    {{ no_text() }} as company_source_key,
    case valuation.price_control when 'S' then 'STANDARD' when 'V' then 'MOVING_AVERAGE' end as price_basis,
    cast(
        {{ div_exact(
            "case valuation.price_control when 'S' then valuation.standard_price else valuation.moving_average_price end",
            'valuation.price_per_qty', scale=6
        ) }} as decimal(18, 6)
    ) as unit_price,
    product.base_uom_code as source_uom_code,
    valuation.currency_code,
    valuation.price_changed_date as valid_from,
    coalesce(valuation.is_deleted, false) as is_deleted,
    {{ audit_columns('valuation') }}
from {{ ref('stg_sap_s4__product_valuation') }} as valuation
left join {{ ref('stg_sap_s4__product') }} as product
    on valuation.source_instance = product.source_instance and valuation.item_number = product.item_number
