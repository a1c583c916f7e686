-- One row per requisition line (current version), cancelled and rejected ones too.
with order_links as (
    select
        source_instance,
        requisition_line_id,
        min(purchase_line_id) as purchase_line_id
    from {{ ref('stg_tryton__purchase_request') }}
    where requisition_line_id is not null and purchase_line_id is not null
    group by source_instance, requisition_line_id
),

tryton_lines as (
    select
        line.*,
        requisition.requisition_number,
        requisition.requisition_state,
        requisition.employee_id,
        requisition.supply_date,
        requisition.created_at as requested_at,
        warehouse.facility_code,
        currency.currency_code,
        pack.qty_num,
        pack.qty_den,
        pack.uom_code,
        unit.uom_symbol,
        order_links.purchase_line_id,
        {{ reference_key('line.source_instance', 'line.product_id') }} as item_reference_key
    from {{ ref('stg_tryton__requisition_line') }} as line
    inner join {{ ref('stg_tryton__requisition') }} as requisition
        on line.source_instance = requisition.source_instance and line.requisition_id = requisition.requisition_id
    left join {{ ref('stg_tryton__currency') }} as currency
        on requisition.source_instance = currency.source_instance and requisition.currency_id = currency.currency_id
    left join {{ ref('stg_tryton__uom') }} as unit
        on line.source_instance = unit.source_instance and line.uom_id = unit.uom_id
    left join {{ ref('dim_item_pack') }} as pack
        on
            {{ reference_key('line.source_instance', 'line.product_id') }} = pack.item_key
            and line.uom_id = pack.source_uom_id
    left join {{ ref('dim_location') }} as warehouse
        on {{ reference_key('requisition.source_instance', 'requisition.warehouse_id') }} = warehouse.location_key
    left join order_links
        on
            line.source_instance = order_links.source_instance
            and line.requisition_line_id = order_links.requisition_line_id
),

final as (
    select
        {{ surrogate_key(['tryton_lines.source_instance', 'tryton_lines.requisition_line_id']) }} as requisition_line_key,
        {{ surrogate_key(['tryton_lines.source_instance', 'tryton_lines.requisition_id']) }} as requisition_key,
        tryton_lines.requisition_number,
        cast(tryton_lines.line_no as integer) as line_number,
        upper(tryton_lines.requisition_state) as requisition_status,
        tryton_lines.requested_at,
        tryton_lines.supply_date as needed_date,
        tryton_lines.employee_id as requester_key,
        coalesce(item.item_key, {{ unknown_key() }}) as item_key,
        tryton_lines.requisition_line_description as line_description,
        coalesce({{ reference_key('tryton_lines.source_instance', 'tryton_lines.supplier_id') }}, {{ unknown_key() }})
            as proposed_supplier_key,
        tryton_lines.qty as requested_qty,
        coalesce(tryton_lines.uom_code, {{ unknown_key() }}) as uom_code,
        tryton_lines.uom_symbol as source_uom_code,
        cast({{ to_base_quantity('tryton_lines.qty', 'tryton_lines.qty_num', 'tryton_lines.qty_den') }} as decimal(18, 6))
            as base_qty,
        tryton_lines.unit_price as estimated_unit_price,
        tryton_lines.currency_code,
        coalesce(tryton_lines.facility_code, {{ unknown_key() }}) as facility_key,
        coalesce(
            {{ reference_key('tryton_lines.source_instance', 'tryton_lines.purchase_line_id') }}, {{ unknown_key() }}
        ) as po_line_key,
        cast('tryton' as {{ dbt.type_string() }}) as source_system,
        tryton_lines.source_instance,
        tryton_lines.requisition_line_id as source_pk,
        {{ audit_columns('tryton_lines') }}
    from tryton_lines
    left join {{ ref('dim_item') }} as item on tryton_lines.item_reference_key = item.item_key
)

select * from final
