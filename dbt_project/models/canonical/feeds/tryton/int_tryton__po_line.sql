-- One row per purchase order line of Tryton; headings and comments are none. A return order has negative quantities.
select
    {{ feed_origin('tryton', 'line.source_instance') }},
    line.purchase_line_id as source_pk,
    purchase.purchase_id as po_source_key,
    purchase.purchase_number as po_number,
    cast(line.line_no as integer) as line_number,
    case when line.qty < 0 then 'RETURN' else 'STANDARD' end as po_type,
    case purchase.purchase_state
        when 'draft' then 'DRAFT'
        when 'quotation' then 'DRAFT'
        when 'done' then 'CLOSED'
        when 'cancelled' then 'CANCELLED'
        else 'OPEN'
    end as po_status,
    purchase.purchase_date as order_date,
    coalesce(line.delivery_date, purchase.delivery_date) as expected_date,
    upper(purchase.invoice_method) as invoice_method,
    cast(purchase.company_id as {{ dbt.type_string() }}) as company_source_key,
    cast(purchase.supplier_id as {{ dbt.type_string() }}) as supplier_source_key,
    cast(coalesce(purchase.invoice_party_id, purchase.supplier_id) as {{ dbt.type_string() }})
        as invoicing_supplier_source_key,
    line.product_id as item_source_key,
    {{ no_text() }} as source_category,
    line.purchase_line_description as line_description,
    offer.product_supplier_code as supplier_item_number,
    line.qty as order_qty,
    unit.uom_symbol as source_uom_code,
    line.unit_price,
    line.amount as line_amount,
    currency.currency_code,
    purchase.purchase_state = 'cancelled' as is_cancelled,
    purchase.purchase_state = 'done' as is_delivery_complete,
    cast(purchase.warehouse_id as {{ dbt.type_string() }}) as location_source_key,
    {{ no_text() }} as facility_source_code,
    {{ no_text() }} as cost_center_source_code,
    {{ no_text() }} as gl_account_source_key,
    {{ no_text() }} as contract_number,
    {{ no_text() }} as contract_line_number,
    {{ audit_columns('line') }}
from {{ ref('stg_tryton__purchase_line') }} as line
inner join {{ ref('stg_tryton__purchase') }} as purchase
    on line.source_instance = purchase.source_instance and line.purchase_id = purchase.purchase_id
left join {{ ref('stg_tryton__product_supplier') }} as offer
    on line.source_instance = offer.source_instance and line.product_supplier_id = offer.product_supplier_id
left join {{ ref('stg_tryton__currency') }} as currency
    on purchase.source_instance = currency.source_instance and purchase.currency_id = currency.currency_id
left join {{ ref('stg_tryton__uom') }} as unit
    on line.source_instance = unit.source_instance and line.uom_id = unit.uom_id
where line.purchase_line_type = 'line'
