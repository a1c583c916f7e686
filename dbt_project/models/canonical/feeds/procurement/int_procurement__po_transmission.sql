-- One row per order of the procurement service, which sends the ERP's orders to suppliers: how it was sent, and when the
-- supplier acknowledged it. The order is the ERP's own, under its number there.
select
    {{ feed_origin('procurement', 'purchase_order.source_instance') }},
    purchase_order.purchase_order_id as source_pk,
    numbering.numbering_instance as po_instance,
    purchase_order.po_number as po_source_key,
    purchase_order.transmission_status,
    purchase_order.acknowledged_at,
    {{ audit_columns('purchase_order') }}
from {{ ref('stg_procurement__purchase_order') }} as purchase_order
inner join {{ ref('map_shared_numbering') }} as numbering
    on purchase_order.source_instance = numbering.source_instance and numbering.object = 'PURCHASE_ORDER'
