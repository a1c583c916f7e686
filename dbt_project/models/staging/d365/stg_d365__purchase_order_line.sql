-- One row per line of a purchase order, deleted lines included; current versions only.
with current_lines as (
    {{ current_children(source('raw_d365', 'purchase_order_line'), ref('stg_d365__purchase_order')) }}
)

select
    _line_no as line_no,
    company_code,
    po_number,
    line_number as po_line,
    {{ text_value('item_number') }} as item_number,
    {{ text_value('description') }} as item_description,
    cast(quantity as decimal(18, 6)) as qty,
    upper({{ text_value('uom_code') }}) as uom_code,
    cast(unit_price as decimal(18, 6)) as unit_price,
    cast(price_quantity as decimal(18, 6)) as price_qty,
    cast(amount as decimal(18, 2)) as amount,
    {{ text_value('site_code') }} as receiving_facility_code,
    {{ text_value('warehouse_code') }} as location_code,
    requested_delivery_date,
    confirmed_delivery_date,
    status as po_line_status,
    {{ text_value('matching_policy') }} as matching_policy,
    {{ text_value('category') }} as category_name,
    {{ text_value('vendor_item_number') }} as supplier_item_number,
    is_deleted = 'Yes' as is_deleted,
    nullif({{ dbt.split_part('default_dimensions', "'-'", 1) }}, '') as account_code,
    nullif({{ dbt.split_part('default_dimensions', "'-'", 2) }}, '') as facility_code,
    nullif({{ dbt.split_part('default_dimensions', "'-'", 3) }}, '') as cost_center_code,
    status = 'Canceled' as is_cancelled,
    {{ child_record_columns() }}
from current_lines
