-- One row per requisition line of the procurement service, rejected and cancelled ones too. Orders are the ERP's own: a
-- requisition names the order's number there, and the line by its place, so many of the ERP's steps down.
with approvals as (
    select
        source_instance,
        requisition_id,
        cast(count(*) as integer) as approval_steps,
        max(decided_at) as last_decided_at
    from {{ ref('stg_procurement__requisition_approval') }}
    group by source_instance, requisition_id
),

orders as (
    select
        line.source_instance,
        line.purchase_order_line_id,
        purchase_order.po_number,
        line.po_line
    from {{ ref('stg_procurement__purchase_order_line') }} as line
    inner join {{ ref('stg_procurement__purchase_order') }} as purchase_order
        on
            line.source_instance = purchase_order.source_instance
            and line.purchase_order_id = purchase_order.purchase_order_id
)

select
    {{ feed_origin('procurement', 'line.source_instance') }},
    line.requisition_line_id as source_pk,
    line.requisition_id as requisition_source_key,
    line.requisition_id as requisition_number,
    cast(line.requisition_line_number as integer) as line_number,
    upper(requisition.requisition_status) as requisition_status,
    coalesce(line.request_source, 'MANUAL') as request_source,
    coalesce(requisition.submitted_at, requisition.created_at) as requested_at,
    case when requisition.requisition_status in ('approved', 'ordered', 'received') then approvals.last_decided_at end
        as approved_at,
    approvals.approval_steps,
    cast(null as date) as needed_date,
    requisition.requested_by_key as requester_key,
    line.item_number as item_source_key,
    line.item_description as line_description,
    {{ no_text() }} as supplier_source_key,
    line.qty as requested_qty,
    line.uom_code as source_uom_code,
    line.unit_price as estimated_unit_price,
    {{ no_text() }} as currency_code,
    line.location_code as location_source_key,
    requisition.facility_code as facility_source_code,
    line.cost_center_code as cost_center_source_code,
    line.account_code as gl_account_source_key,
    numbering.numbering_instance as po_instance,
    orders.po_number || '|' || {{ padded_number('orders.po_line * numbering.line_step', 'numbering.line_digits') }}
        as po_line_source_pk,
    {{ audit_columns('line') }}
from {{ ref('stg_procurement__requisition_line') }} as line
inner join {{ ref('stg_procurement__requisition') }} as requisition
    on line.source_instance = requisition.source_instance and line.requisition_id = requisition.requisition_id
left join approvals
    on line.source_instance = approvals.source_instance and line.requisition_id = approvals.requisition_id
left join orders
    on line.source_instance = orders.source_instance and line.purchase_order_line_id = orders.purchase_order_line_id
left join {{ ref('map_shared_numbering') }} as numbering
    on line.source_instance = numbering.source_instance and numbering.object = 'PURCHASE_ORDER'
