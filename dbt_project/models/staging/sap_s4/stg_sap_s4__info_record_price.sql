-- One row per info record, purchasing organisation and plant: its price there; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'info_record_price'), ref('stg_sap_s4__info_record')) }}
)

select
    _line_no as line_no,
    info_record as info_record_number,
    category as info_record_category,
    purchasing_organization,
    plant as plant_code,
    cast(minimum_qty as decimal(18, 6)) as minimum_qty,
    cast(net_price as decimal(18, 6)) as unit_price,
    cast(price_quantity as decimal(18, 6)) as price_per_qty,
    {{ text_value('currency') }} as currency_code,
    {{ text_value('price_uom') }} as price_uom_code,
    price_valid_to_date,
    cast(planned_delivery_days as integer) as planned_delivery_days,
    is_marked_for_deletion as is_deleted,
    {{ child_record_columns() }}
from current_lines
