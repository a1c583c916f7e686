-- One row per line of a purchase order and version of the order that was landed, the current one included;
-- deleted lines too.
with landed_lines as (
    {{ landed_children(
        source('raw_d365', 'purchase_order_line'), source('raw_d365', 'purchase_order'),
        ['status', 'supplier_number', 'currency_code']
    ) }}
)

select
    company_code,
    po_number,
    line_number as po_line,
    coalesce(status = 'Canceled' or document__status = 'Canceled', false) as is_cancelled,
    coalesce(is_deleted = 'Yes', false) as is_deleted,
    {{ text_value('document__supplier_number') }} as supplier_id,
    {{ text_value('item_number') }} as item_number,
    cast(quantity as decimal(18, 6)) as qty,
    upper({{ text_value('uom_code') }}) as uom_code,
    cast(unit_price as decimal(18, 6)) as unit_price,
    cast(price_quantity as decimal(18, 6)) as price_qty,
    cast(amount as decimal(18, 2)) as amount,
    {{ text_value('document__currency_code') }} as currency_code,
    version_no,
    next_version_at,
    {{ child_record_columns() }}
from landed_lines
