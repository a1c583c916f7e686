-- One row per product, valuation area and valuation type: its price in stock; current versions only.
with current_records as (
    {{ current_version(source('raw_sap_s4', 'product_valuation')) }}
)

select
    product as item_number,
    valuation_area,
    valuation_type,
    {{ text_value('valuation_class') }} as valuation_class,
    {{ text_value('price_control') }} as price_control,
    cast(standard_price as decimal(18, 6)) as standard_price,
    cast(moving_average_price as decimal(18, 6)) as moving_average_price,
    cast(price_quantity as decimal(18, 6)) as price_per_qty,
    {{ text_value('currency') }} as currency_code,
    price_changed_date,
    is_marked_for_deletion as is_deleted,
    {{ record_columns() }}
from current_records
