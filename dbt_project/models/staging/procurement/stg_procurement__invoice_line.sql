-- One row per line of a supplier invoice; current versions only.
with current_lines as (
    {{ current_children(source('raw_procurement', 'invoice_line'), ref('stg_procurement__invoice')) }}
)

select
    _line_no as line_no,
    cast(invoice_id as {{ dbt.type_string() }}) as invoice_id,
    cast(id as {{ dbt.type_string() }}) as invoice_line_id,
    line_number as invoice_line_number,
    {{ text_value('description') }} as invoice_line_description,
    cast(quantity as decimal(18, 6)) as qty,
    upper({{ text_value('uom_code') }}) as uom_code,
    cast(unit_price as decimal(18, 6)) as unit_price,
    cast(amount as decimal(18, 2)) as amount,
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
