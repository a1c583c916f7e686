-- One row per item of a purchase order and version of the order that was landed, the current one included.
with landed_lines as (
    {{ landed_children(
        source('raw_sap_s4', 'purchase_order_item'), source('raw_sap_s4', 'purchase_order'),
        ['deletion_code', 'processing_status', 'supplier', 'currency']
    ) }}
)

select
    purchase_order as po_number,
    item as po_line_number,
    coalesce(document__deletion_code is not null and document__deletion_code <> '', false)
    or coalesce(deletion_code = 'L', false) as is_cancelled,
    {{ text_value('document__supplier') }} as supplier_id,
    {{ text_value('material') }} as item_number,
    coalesce(is_return, false) as is_return,
    cast(qty as decimal(18, 6)) as qty,
    {{ text_value('uom') }} as uom_code,
    cast(price_uom_numerator as decimal(18, 6)) as price_uom_numerator,
    cast(price_uom_denominator as decimal(18, 6)) as price_uom_denominator,
    cast(net_price as decimal(18, 6)) as unit_price,
    cast(price_quantity as decimal(18, 6)) as price_per_qty,
    {{ text_value('currency') }} as currency_code,
    {{ text_value('contract') }} as contract_number,
    version_no,
    next_version_at,
    {{ child_record_columns() }}
from landed_lines
