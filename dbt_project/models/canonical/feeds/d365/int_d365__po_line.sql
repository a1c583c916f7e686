-- One row per line of a purchase order of Dynamics; a line marked deleted is none. A price is for so many of the unit.
select
    {{ feed_origin('d365', 'line.source_instance') }},
    {{ source_key(['line.company_code', 'line.po_number', 'line.po_line']) }} as source_pk,
    {{ source_key(['line.company_code', 'line.po_number']) }} as po_source_key,
    line.po_number,
    cast(line.po_line as integer) as line_number,
    case when line.qty < 0 then 'RETURN' else 'STANDARD' end as po_type,
    case
        when line.is_cancelled or purchase_order.is_cancelled then 'CANCELLED'
        when purchase_order.approval_status in ('Draft', 'InReview', 'Rejected') then 'DRAFT'
        when line.po_line_status = 'Invoiced' then 'CLOSED'
        else 'OPEN'
    end as po_status,
    purchase_order.order_date,
    coalesce(line.confirmed_delivery_date, line.requested_delivery_date) as expected_date,
    case when line.matching_policy = 'ThreeWayMatch' then 'SHIPMENT' else 'ORDER' end as invoice_method,
    line.company_code as company_source_key,
    {{ source_key(['line.company_code', 'purchase_order.supplier_id']) }} as supplier_source_key,
    {{ source_key(['line.company_code', 'coalesce(purchase_order.invoice_supplier_id, purchase_order.supplier_id)']) }}
        as invoicing_supplier_source_key,
    {{ source_key(['line.company_code', 'line.item_number']) }} as item_source_key,
    line.category_name as source_category,
    line.item_description as line_description,
    line.supplier_item_number,
    line.qty as order_qty,
    line.uom_code as source_uom_code,
    cast({{ div_exact('line.unit_price', 'line.price_qty', scale=6) }} as decimal(18, 6)) as unit_price,
    line.amount as line_amount,
    purchase_order.currency_code,
    coalesce(line.is_cancelled or purchase_order.is_cancelled, false) as is_cancelled,
    line.po_line_status in ('Received', 'Invoiced') as is_delivery_complete,
    line.location_code as location_source_key,
    coalesce(line.receiving_facility_code, line.facility_code) as facility_source_code,
    line.cost_center_code as cost_center_source_code,
    line.account_code as gl_account_source_key,
    {{ no_text() }} as contract_number,
    {{ no_text() }} as contract_line_number,
    {{ audit_columns('line') }}
from {{ ref('stg_d365__purchase_order_line') }} as line
inner join {{ ref('stg_d365__purchase_order') }} as purchase_order
    on
        line.source_instance = purchase_order.source_instance
        and line.company_code = purchase_order.company_code
        and line.po_number = purchase_order.po_number
where not coalesce(line.is_deleted, false)
