-- One row per purchasing info record: what a supplier calls a product and how it is packed; current versions only.
with current_records as (
    {{ current_version(source('raw_sap_s4', 'info_record')) }}
)

select
    info_record as info_record_number,
    supplier as supplier_id,
    {{ text_value('material') }} as item_number,
    {{ text_value('material_group') }} as product_group,
    {{ text_value('supplier_material_number') }} as supplier_item_number,
    {{ text_value('base_uom') }} as base_uom_code,
    {{ text_value('order_uom') }} as order_uom_code,
    cast(order_to_base_numerator as decimal(18, 6)) as base_qty_numerator,
    cast(order_to_base_denominator as decimal(18, 6)) as base_qty_denominator,
    created_date,
    is_deleted,
    {{ record_columns() }}
from current_records
