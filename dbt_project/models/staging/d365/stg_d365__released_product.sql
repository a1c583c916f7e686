-- One row per product released to a company; current versions only.
with current_records as (
    {{ current_version(source('raw_d365', 'released_product')) }}
)

select
    company_code,
    item_number,
    {{ text_value('product_number') }} as product_number,
    {{ text_value('name') }} as item_description,
    {{ text_value('product_group') }} as item_group_code,
    upper({{ text_value('inventory_uom_code') }}) as inventory_uom_code,
    upper({{ text_value('purchase_uom_code') }}) as purchase_uom_code,
    cast(purchase_price as decimal(18, 6)) as purchase_price,
    cast(price_quantity as decimal(18, 6)) as price_qty,
    cast(nullif(unit_cost, 0) as decimal(18, 6)) as unit_cost,
    cast(unit_cost_quantity as decimal(18, 6)) as unit_cost_qty,
    {{ text_value('primary_supplier_number') }} as primary_supplier_id,
    {{ text_value('manufacturer_name') }} as manufacturer_name,
    {{ text_value('manufacturer_part_number') }} as manufacturer_part_number,
    {{ text_value('gtin') }} as gtin,
    {{ text_value('lifecycle_state') }} as lifecycle_state,
    {{ record_columns() }}
from current_records
