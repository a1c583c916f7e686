-- One row per purchase order line of Tryton and landed version of the order; headings and comments are none.
select
    {{ feed_origin('tryton', 'line.source_instance') }},
    line.purchase_line_id as source_pk,
    line.purchase_id as po_source_key,
    line.purchase_number as po_number,
    line.supplier_id as supplier_source_key,
    line.product_id as item_source_key,
    line.qty as order_qty,
    unit.uom_symbol as source_uom_code,
    line.unit_price,
    line.amount as line_amount,
    currency.currency_code,
    {{ no_text() }} as contract_number,
    line.is_cancelled,
    line.version_no,
    line.next_version_at,
    {{ audit_columns('line') }}
from {{ ref('stg_tryton__purchase_line_landed') }} as line
left join {{ ref('stg_tryton__currency') }} as currency
    on line.source_instance = currency.source_instance and line.currency_id = currency.currency_id
left join {{ ref('stg_tryton__uom') }} as unit
    on line.source_instance = unit.source_instance and line.uom_id = unit.uom_id
where line.purchase_line_type = 'line'
