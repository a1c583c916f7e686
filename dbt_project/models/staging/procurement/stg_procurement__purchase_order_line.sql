-- One row per line of a purchase order; current versions only.
with current_lines as (
    {{ current_children(source('raw_procurement', 'purchase_order_line'), ref('stg_procurement__purchase_order')) }}
)

select
    _line_no as line_no,
    cast(purchase_order_id as {{ dbt.type_string() }}) as purchase_order_id,
    cast(id as {{ dbt.type_string() }}) as purchase_order_line_id,
    line_number as po_line,
    {{ text_value('item_number') }} as item_number,
    {{ text_value('description') }} as item_description,
    cast(quantity as decimal(18, 6)) as qty,
    upper({{ text_value('uom_code') }}) as uom_code,
    cast(unit_price as decimal(18, 6)) as unit_price,
    cast(amount as decimal(18, 2)) as amount,
    cast(received_qty as decimal(18, 6)) as received_qty,
    cast(invoiced_qty as decimal(18, 6)) as invoiced_qty,
    need_by_date,
    {{ text_value('contract_number') }} as contract_number,
    status as po_line_status,
    case
        when account_code like '%-%' then {{ dbt.split_part('account_code', "'-'", 1) }}
    end as cost_center_code,
    case
        when account_code like '%-%' then {{ dbt.split_part('account_code', "'-'", 2) }}
        else {{ text_value('account_code') }}
    end as account_code,
    {{ child_record_columns() }}
from current_lines
