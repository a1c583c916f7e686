-- One row per line of a purchase order; current versions only.
with current_lines as (
    {{ current_children(source('raw_oracle_fusion', 'purchase_order_line'), ref('stg_oracle_fusion__purchase_order')) }}
)

select
    _line_no as line_no,
    cast(purchase_order_id as {{ dbt.type_string() }}) as purchase_order_id,
    cast(purchase_order_line_id as {{ dbt.type_string() }}) as purchase_order_line_id,
    line_number as po_line_number,
    {{ text_value('line_type') }} as po_line_type,
    status as po_line_status,
    cast(item_id as {{ dbt.type_string() }}) as item_id,
    {{ text_value('item_number') }} as item_number,
    {{ text_value('description') }} as item_description,
    {{ text_value('category') }} as item_category,
    {{ text_value('supplier_item_number') }} as supplier_item_number,
    cast(qty as decimal(18, 6)) as qty,
    upper({{ text_value('uom_code') }}) as uom_code,
    cast(unit_price as decimal(18, 6)) as unit_price,
    {{ text_value('agreement_number') }} as agreement_number,
    agreement_line_number,
    is_credit,
    {{ child_record_columns() }}
from current_lines
