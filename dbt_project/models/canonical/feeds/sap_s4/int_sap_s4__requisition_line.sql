-- One row per item of a purchase requisition of SAP.
with first_assignment as (
    select
        assignment.*,
        row_number() over (
            partition by source_instance, requisition_number, requisition_line_number order by account_assignment_number
        ) as assignment_rank
    from {{ ref('stg_sap_s4__requisition_account_assignment') }} as assignment
)

select
    {{ feed_origin('sap_s4', 'item.source_instance') }},
    {{ source_key(['item.requisition_number', 'item.requisition_line_number']) }} as source_pk,
    item.requisition_number as requisition_source_key,
    item.requisition_number,
    cast(item.requisition_line_number as integer) as line_number,
    case
        when item.is_deleted then 'CANCELLED'
        when item.po_number is not null then 'ORDERED'
        when item.requisition_status = '05' then 'APPROVED'
        when item.requisition_status = '08' then 'REJECTED'
        else 'PENDING_APPROVAL'
    end as requisition_status,
    coalesce(item.requisition_source, 'MANUAL') as request_source,
    cast(item.created_date as timestamp) as requested_at,
    cast(null as timestamp) as approved_at,
    cast(null as integer) as approval_steps,
    item.requested_delivery_date as needed_date,
    {{ no_text() }} as requester_key,
    item.item_number as item_source_key,
    item.item_description as line_description,
    item.supplier_id as supplier_source_key,
    item.qty as requested_qty,
    item.uom_code as source_uom_code,
    cast({{ div_exact('item.unit_price', 'item.price_per_qty', scale=6) }} as decimal(18, 6)) as estimated_unit_price,
    item.currency_code,
    {{ no_text() }} as location_source_key,
    item.plant_code as facility_source_code,
    first_assignment.cost_center_code as cost_center_source_code,
    first_assignment.gl_account_number as gl_account_source_key,
    item.source_instance as po_instance,
    {{ source_key(['item.po_number', 'item.po_line_number']) }} as po_line_source_pk,
    {{ audit_columns('item') }}
from {{ ref('stg_sap_s4__requisition_item') }} as item
left join first_assignment
    on
        item.source_instance = first_assignment.source_instance
        and item.requisition_number = first_assignment.requisition_number
        and item.requisition_line_number = first_assignment.requisition_line_number
        and first_assignment.assignment_rank = 1
