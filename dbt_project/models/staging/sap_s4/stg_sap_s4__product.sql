-- One row per product of the item master; current versions only.
with current_records as (
    {{ current_version(source('raw_sap_s4', 'product')) }}
)

select
    product as item_number,
    product_type as item_type,
    {{ text_value('cross_plant_status') }} as item_status_code,
    created_date,
    is_marked_for_deletion as is_deleted,
    {{ text_value('old_product') }} as previous_item_number,
    {{ text_value('order_uom') }} as order_uom_code,
    {{ text_value('country_of_origin') }} as country_of_origin_code,
    {{ text_value('product_group') }} as product_group,
    base_uom as base_uom_code,
    {{ text_value('product_hierarchy') }} as product_hierarchy,
    {{ text_value('standard_id') }} as gtin,
    {{ text_value('standard_id_category') }} as gtin_category,
    is_batch_managed as is_lot_managed,
    {{ text_value('serial_number_profile') }} as serial_number_profile,
    {{ text_value('manufacturer_part_number') }} as manufacturer_part_number,
    {{ text_value('manufacturer') }} as manufacturer_id,
    {{ text_value('size_or_dimension') }} as size_or_dimension,
    {{ record_columns() }}
from current_records
