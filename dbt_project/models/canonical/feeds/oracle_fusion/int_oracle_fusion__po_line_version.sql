-- One row per line of a purchase order of Oracle and landed version of the order.
with signed as (
    select
        line.*,
        case when line.is_return then -line.qty else line.qty end as order_qty
    from {{ ref('stg_oracle_fusion__purchase_order_line_landed') }} as line
)

select
    {{ feed_origin('oracle_fusion') }},
    purchase_order_line_id as source_pk,
    purchase_order_id as po_source_key,
    po_number,
    supplier_id as supplier_source_key,
    item_id as item_source_key,
    cast(order_qty as decimal(18, 6)) as order_qty,
    uom_code as source_uom_code,
    unit_price,
    {{ mul_money('order_qty', 'unit_price') }} as line_amount,
    currency_code,
    contract_number,
    is_cancelled,
    version_no,
    next_version_at,
    {{ audit_columns('signed') }}
from signed
