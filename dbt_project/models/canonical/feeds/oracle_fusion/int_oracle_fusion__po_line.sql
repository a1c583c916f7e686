-- One row per line of a purchase order of Oracle. Where it goes and what it is charged to stands on its schedules and their
-- distributions: a line shows the first of each.
with first_schedule as (
    select
        schedule.*,
        row_number() over (
            partition by source_instance, purchase_order_line_id order by schedule_number
        ) as schedule_rank
    from {{ ref('stg_oracle_fusion__purchase_order_schedule') }} as schedule
),

first_distribution as (
    select
        distribution.*,
        row_number() over (
            partition by source_instance, purchase_order_line_id order by schedule_id, distribution_number
        ) as distribution_rank
    from {{ ref('stg_oracle_fusion__purchase_order_distribution') }} as distribution
)

select
    {{ feed_origin('oracle_fusion', 'line.source_instance') }},
    line.purchase_order_line_id as source_pk,
    line.purchase_order_id as po_source_key,
    purchase_order.po_number,
    cast(line.po_line_number as integer) as line_number,
    case
        when line.is_credit then 'RETURN'
        when line.po_line_type like '%Service%' then 'SERVICE'
        else 'STANDARD'
    end as po_type,
    case
        when line.po_line_status = 'CANCELED' or purchase_order.po_status = 'CANCELED' then 'CANCELLED'
        when purchase_order.po_status in ('INCOMPLETE', 'PENDING APPROVAL', 'REJECTED') then 'DRAFT'
        when line.po_line_status in ('CLOSED', 'FINALLY CLOSED') then 'CLOSED'
        else 'OPEN'
    end as po_status,
    purchase_order.order_date,
    coalesce(first_schedule.promised_date, first_schedule.requested_date) as expected_date,
    case when first_schedule.match_option = 'Receipt' then 'SHIPMENT' else 'ORDER' end as invoice_method,
    purchase_order.legal_entity as company_source_key,
    purchase_order.supplier_id as supplier_source_key,
    purchase_order.supplier_id as invoicing_supplier_source_key,
    line.item_id as item_source_key,
    line.item_category as source_category,
    line.item_description as line_description,
    line.supplier_item_number,
    cast(case when line.is_credit then -line.qty else line.qty end as decimal(18, 6)) as order_qty,
    line.uom_code as source_uom_code,
    line.unit_price,
    {{ mul_money('case when line.is_credit then -line.qty else line.qty end', 'line.unit_price') }} as line_amount,
    purchase_order.currency_code,
    line.po_line_status = 'CANCELED' or purchase_order.po_status = 'CANCELED' as is_cancelled,
    line.po_line_status in ('CLOSED', 'FINALLY CLOSED', 'CLOSED FOR RECEIVING') as is_delivery_complete,
    first_schedule.ship_to_location_code as location_source_key,
    first_schedule.ship_to_organization_code as facility_source_code,
    first_distribution.cost_center_code as cost_center_source_code,
    first_distribution.account_code as gl_account_source_key,
    line.agreement_number as contract_number,
    cast(line.agreement_line_number as {{ dbt.type_string() }}) as contract_line_number,
    {{ audit_columns('line') }}
from {{ ref('stg_oracle_fusion__purchase_order_line') }} as line
inner join {{ ref('stg_oracle_fusion__purchase_order') }} as purchase_order
    on
        line.source_instance = purchase_order.source_instance
        and line.purchase_order_id = purchase_order.purchase_order_id
left join first_schedule
    on
        line.source_instance = first_schedule.source_instance
        and line.purchase_order_line_id = first_schedule.purchase_order_line_id
        and first_schedule.schedule_rank = 1
left join first_distribution
    on
        line.source_instance = first_distribution.source_instance
        and line.purchase_order_line_id = first_distribution.purchase_order_line_id
        and first_distribution.distribution_rank = 1
