-- One row per line of a purchase order and version of the order that was landed, the current one included.
with landed_lines as (
    {{ landed_children(
        source('raw_oracle_fusion', 'purchase_order_line'), source('raw_oracle_fusion', 'purchase_order'),
        ['status', 'supplier_id', 'currency_code', 'purchase_order_number']
    ) }}
)

select
    cast(purchase_order_id as {{ dbt.type_string() }}) as purchase_order_id,
    cast(purchase_order_line_id as {{ dbt.type_string() }}) as purchase_order_line_id,
    document__purchase_order_number as po_number,
    coalesce(status = 'CANCELED' or document__status = 'CANCELED', false) as is_cancelled,
    cast(document__supplier_id as {{ dbt.type_string() }}) as supplier_id,
    cast(item_id as {{ dbt.type_string() }}) as item_id,
    coalesce(is_credit, false) as is_return,
    cast(qty as decimal(18, 6)) as qty,
    upper({{ text_value('uom_code') }}) as uom_code,
    cast(unit_price as decimal(18, 6)) as unit_price,
    document__currency_code as currency_code,
    {{ text_value('agreement_number') }} as contract_number,
    version_no,
    next_version_at,
    {{ child_record_columns() }}
from landed_lines
