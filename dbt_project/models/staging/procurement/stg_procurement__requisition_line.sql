-- One row per line of a requisition; current versions only.
with current_lines as (
    {{ current_children(source('raw_procurement', 'requisition_line'), ref('stg_procurement__requisition')) }}
)

select
    _line_no as line_no,
    cast(requisition_id as {{ dbt.type_string() }}) as requisition_id,
    cast(id as {{ dbt.type_string() }}) as requisition_line_id,
    line_number as requisition_line_number,
    {{ text_value('item_number') }} as item_number,
    {{ text_value('description') }} as item_description,
    cast(quantity as decimal(18, 6)) as qty,
    upper({{ text_value('uom_code') }}) as uom_code,
    cast(unit_price as decimal(18, 6)) as unit_price,
    {{ text_value('deliver_to') }} as location_code,
    {{ text_value('source_type') }} as request_source,
    cast(order_line_id as {{ dbt.type_string() }}) as purchase_order_line_id,
    {{ text_value('po_number') }} as po_number,
    case
        when account_code like '%-%' then {{ dbt.split_part('account_code', "'-'", 1) }}
    end as cost_center_code,
    case
        when account_code like '%-%' then {{ dbt.split_part('account_code', "'-'", 2) }}
        else {{ text_value('account_code') }}
    end as account_code,
    {{ child_record_columns() }}
from current_lines
