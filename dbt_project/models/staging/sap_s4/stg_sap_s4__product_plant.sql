-- One row per product and plant: how it is bought and planned there; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'product_plant'), ref('stg_sap_s4__product')) }}
)

select
    _line_no as line_no,
    product as item_number,
    plant as plant_code,
    {{ text_value('purchasing_group') }} as purchasing_group,
    {{ text_value('profit_center') }} as profit_center_code,
    {{ text_value('mrp_type') }} as mrp_type,
    {{ text_value('abc_indicator') }} as abc_class,
    {{ text_value('issue_uom') }} as issue_uom_code,
    is_batch_managed as is_lot_managed,
    {{ text_value('consignment_control') }} as consignment_control,
    {{ text_value('status') }} as item_status_code,
    is_marked_for_deletion as is_deleted,
    {{ child_record_columns() }}
from current_lines
