-- One row per item of a purchase contract: a product and its price; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'purchase_contract_item'), ref('stg_sap_s4__purchase_contract')) }}
)

select
    _line_no as line_no,
    contract as contract_number,
    item as contract_line_number,
    {{ text_value('item_text') }} as item_description,
    {{ text_value('material') }} as item_number,
    {{ text_value('material_group') }} as product_group,
    {{ text_value('plant') }} as plant_code,
    cast(net_price as decimal(18, 6)) as unit_price,
    {{ text_value('currency') }} as currency_code,
    cast(price_quantity as decimal(18, 6)) as price_per_qty,
    {{ text_value('price_uom') }} as price_uom_code,
    {{ text_value('order_uom') }} as uom_code,
    cast(target_qty as decimal(18, 6)) as target_qty,
    {{ text_value('deletion_code') }} as deletion_code,
    {{ child_record_columns() }}
from current_lines
