-- One row per item of a purchase order of SAP and landed version of the order. The price is for one order unit.
with priced as (
    select
        line.*,
        case when line.is_return then -line.qty else line.qty end as order_qty,
        cast({{ div_exact(
            'cast(line.unit_price as decimal(38, 6)) * line.price_uom_numerator',
            'cast(line.price_per_qty as decimal(38, 6)) * line.price_uom_denominator', scale=6
        ) }} as decimal(18, 6)) as order_unit_price
    from {{ ref('stg_sap_s4__purchase_order_item_landed') }} as line
)

select
    {{ feed_origin('sap_s4') }},
    {{ source_key(['po_number', 'po_line_number']) }} as source_pk,
    po_number as po_source_key,
    po_number,
    supplier_id as supplier_source_key,
    item_number as item_source_key,
    cast(order_qty as decimal(18, 6)) as order_qty,
    uom_code as source_uom_code,
    order_unit_price as unit_price,
    {{ mul_money('order_qty', 'order_unit_price') }} as line_amount,
    currency_code,
    contract_number,
    is_cancelled,
    version_no,
    next_version_at,
    {{ audit_columns('priced') }}
from priced
