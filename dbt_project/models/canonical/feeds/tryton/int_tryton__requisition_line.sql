-- One row per requisition line of Tryton, cancelled and rejected ones too.
with order_links as (
    select
        source_instance,
        requisition_line_id,
        min(purchase_line_id) as purchase_line_id
    from {{ ref('stg_tryton__purchase_request') }}
    where requisition_line_id is not null and purchase_line_id is not null
    group by source_instance, requisition_line_id
)

select
    {{ feed_origin('tryton', 'line.source_instance') }},
    line.requisition_line_id as source_pk,
    cast(requisition.requisition_id as {{ dbt.type_string() }}) as requisition_source_key,
    requisition.requisition_number,
    cast(line.line_no as integer) as line_number,
    upper(requisition.requisition_state) as requisition_status,
    cast('MANUAL' as {{ dbt.type_string() }}) as request_source,
    requisition.created_at as requested_at,
    cast(null as timestamp) as approved_at,
    cast(null as integer) as approval_steps,
    requisition.supply_date as needed_date,
    cast(requisition.employee_id as {{ dbt.type_string() }}) as requester_key,
    line.product_id as item_source_key,
    line.requisition_line_description as line_description,
    cast(line.supplier_id as {{ dbt.type_string() }}) as supplier_source_key,
    line.qty as requested_qty,
    unit.uom_symbol as source_uom_code,
    line.unit_price as estimated_unit_price,
    currency.currency_code,
    cast(requisition.warehouse_id as {{ dbt.type_string() }}) as location_source_key,
    {{ no_text() }} as facility_source_code,
    {{ no_text() }} as cost_center_source_code,
    {{ no_text() }} as gl_account_source_key,
    line.source_instance as po_instance,
    order_links.purchase_line_id as po_line_source_pk,
    {{ audit_columns('line') }}
from {{ ref('stg_tryton__requisition_line') }} as line
inner join {{ ref('stg_tryton__requisition') }} as requisition
    on line.source_instance = requisition.source_instance and line.requisition_id = requisition.requisition_id
left join {{ ref('stg_tryton__currency') }} as currency
    on requisition.source_instance = currency.source_instance and requisition.currency_id = currency.currency_id
left join {{ ref('stg_tryton__uom') }} as unit
    on line.source_instance = unit.source_instance and line.uom_id = unit.uom_id
left join order_links
    on
        line.source_instance = order_links.source_instance
        and line.requisition_line_id = order_links.requisition_line_id
