-- One row per item of a purchase order of SAP. Its price is for so many of a price unit, which need not be the order's: the
-- price here is for one order unit. A line charged to several cost centers shows the first; the splits are distributions.
with first_delivery as (
    select
        source_instance,
        po_number,
        po_line_number,
        min(delivery_date) as delivery_date
    from {{ ref('stg_sap_s4__purchase_order_schedule_line') }}
    group by source_instance, po_number, po_line_number
),

first_assignment as (
    select
        source_instance,
        po_number,
        po_line_number,
        gl_account_number,
        cost_center_code,
        row_number() over (
            partition by source_instance, po_number, po_line_number order by account_assignment_number
        ) as assignment_rank
    from {{ ref('stg_sap_s4__purchase_order_account_assignment') }}
    where not coalesce(is_deleted, false)
),

priced as (
    select
        line.*,
        cast({{ div_exact(
            'cast(line.unit_price as decimal(38, 6)) * line.price_uom_numerator',
            'cast(line.price_per_qty as decimal(38, 6)) * line.price_uom_denominator', scale=6
        ) }} as decimal(18, 6)) as order_unit_price
    from {{ ref('stg_sap_s4__purchase_order_item') }} as line
)

select
    {{ feed_origin('sap_s4', 'line.source_instance') }},
    {{ source_key(['line.po_number', 'line.po_line_number']) }} as source_pk,
    line.po_number as po_source_key,
    line.po_number,
    cast(line.po_line_number as integer) as line_number,
    case
        when line.is_return then 'RETURN'
        when line.po_line_category = '2' then 'CONSIGN_REPL'
        when line.po_line_category = '9' then 'SERVICE'
        when line.po_line_category = '5' then 'DROP_SHIP'
        when coalesce(line.po_line_category, '0') = '1' then 'BLANKET'
        else 'STANDARD'
    end as po_type,
    case
        when purchase_order.deletion_code is not null or line.deletion_code = 'L' then 'CANCELLED'
        when purchase_order.po_status in ('01', '02', '03') and purchase_order.is_release_pending then 'DRAFT'
        when line.is_delivery_complete and line.is_finally_invoiced then 'CLOSED'
        else 'OPEN'
    end as po_status,
    purchase_order.order_date,
    first_delivery.delivery_date as expected_date,
    case when line.is_invoice_receipt_based then 'SHIPMENT' else 'ORDER' end as invoice_method,
    purchase_order.company_code as company_source_key,
    purchase_order.supplier_id as supplier_source_key,
    coalesce(purchase_order.invoicing_party_id, purchase_order.supplier_id) as invoicing_supplier_source_key,
    line.item_number as item_source_key,
    line.product_group as source_category,
    line.item_description as line_description,
    line.supplier_item_number,
    cast(case when line.is_return then -line.qty else line.qty end as decimal(18, 6)) as order_qty,
    line.uom_code as source_uom_code,
    line.order_unit_price as unit_price,
    {{ mul_money('case when line.is_return then -line.qty else line.qty end', 'line.order_unit_price') }} as line_amount,
    line.currency_code,
    coalesce(purchase_order.deletion_code is not null or line.deletion_code = 'L', false) as is_cancelled,
    coalesce(line.is_delivery_complete, false) as is_delivery_complete,
    {{ source_key(['line.plant_code', "coalesce(line.storage_location_code, '')"]) }} as location_source_key,
    line.plant_code as facility_source_code,
    first_assignment.cost_center_code as cost_center_source_code,
    first_assignment.gl_account_number as gl_account_source_key,
    line.contract_number,
    line.contract_line_number,
    {{ audit_columns('line') }}
from priced as line
inner join {{ ref('stg_sap_s4__purchase_order') }} as purchase_order
    on line.source_instance = purchase_order.source_instance and line.po_number = purchase_order.po_number
left join first_delivery
    on
        line.source_instance = first_delivery.source_instance
        and line.po_number = first_delivery.po_number
        and line.po_line_number = first_delivery.po_line_number
left join first_assignment
    on
        line.source_instance = first_assignment.source_instance
        and line.po_number = first_assignment.po_number
        and line.po_line_number = first_assignment.po_line_number
        and first_assignment.assignment_rank = 1
