-- One row per purchase order line (current version), drafts and cancelled ones too; headings and comments are none.
-- Quantities are signed: a return order has negative ones.
with requisition_links as (
    select
        source_instance,
        purchase_line_id,
        min(requisition_line_id) as requisition_line_id
    from {{ ref('stg_tryton__purchase_request') }}
    where requisition_line_id is not null and purchase_line_id is not null
    group by source_instance, purchase_line_id
),

tryton_lines as (
    select
        line.source_instance,
        line.purchase_line_id,
        line.line_no,
        line.qty,
        line.unit_price,
        line.amount,
        line.uom_id,
        line.purchase_line_description,
        coalesce(line.delivery_date, purchase.delivery_date) as expected_date,
        purchase.purchase_id,
        purchase.purchase_number,
        purchase.purchase_state,
        purchase.purchase_date,
        purchase.invoice_method,
        offer.product_supplier_code,
        requisition_links.requisition_line_id,
        currency.currency_code,
        {{ reference_key('line.source_instance', 'purchase.company_id') }} as company_reference_key,
        {{ reference_key('line.source_instance', 'purchase.supplier_id') }} as supplier_reference_key,
        {{ reference_key('line.source_instance', 'coalesce(purchase.invoice_party_id, purchase.supplier_id)') }}
            as invoicing_supplier_reference_key,
        {{ reference_key('line.source_instance', 'purchase.warehouse_id') }} as location_reference_key,
        {{ reference_key('line.source_instance', 'line.product_id') }} as item_reference_key,
        line.source_version_at,
        line.first_loaded_at,
        line.last_loaded_at,
        line.load_id
    from {{ ref('stg_tryton__purchase_line') }} as line
    inner join {{ ref('stg_tryton__purchase') }} as purchase
        on line.source_instance = purchase.source_instance and line.purchase_id = purchase.purchase_id
    left join {{ ref('stg_tryton__product_supplier') }} as offer
        on line.source_instance = offer.source_instance and line.product_supplier_id = offer.product_supplier_id
    left join {{ ref('stg_tryton__currency') }} as currency
        on purchase.source_instance = currency.source_instance and purchase.currency_id = currency.currency_id
    left join requisition_links
        on
            line.source_instance = requisition_links.source_instance
            and line.purchase_line_id = requisition_links.purchase_line_id
    where line.purchase_line_type = 'line'
),

final as (
    select
        {{ surrogate_key(['line.source_instance', 'line.purchase_line_id']) }} as po_line_key,
        {{ surrogate_key(['line.source_instance', 'line.purchase_id']) }} as po_key,
        line.purchase_number as po_number,
        cast(line.line_no as integer) as line_number,
        case
            when line.qty < 0 then 'RETURN'
            when item.item_class in ('SERVICE', 'CAPITAL') then item.item_class
            else 'STANDARD'
        end as po_type,
        case line.purchase_state
            when 'draft' then 'DRAFT'
            when 'quotation' then 'DRAFT'
            when 'done' then 'CLOSED'
            when 'cancelled' then 'CANCELLED'
            else 'OPEN'
        end as po_status,
        line.purchase_date as order_date,
        line.expected_date,
        upper(line.invoice_method) as invoice_method,
        line.company_reference_key as company_key,
        coalesce(supplier.supplier_key, {{ unknown_key() }}) as supplier_key,
        coalesce(invoicing_supplier.supplier_key, {{ unknown_key() }}) as invoicing_supplier_key,
        coalesce(item.item_key, {{ unknown_key() }}) as item_key,
        line.purchase_line_description as line_description,
        line.product_supplier_code as supplier_item_code,
        line.qty as order_qty,
        coalesce(pack.uom_code, {{ unknown_key() }}) as uom_code,
        unit.uom_symbol as source_uom_code,
        -- A line without an item has no pack: its own unit is its base.
        case when item.item_key is null then cast(1 as bigint) else pack.qty_num end as pack_num,
        case when item.item_key is null then cast(1 as bigint) else pack.qty_den end as pack_den,
        cast(case
            when item.item_key is null then line.qty
            else {{ to_base_quantity('line.qty', 'pack.qty_num', 'pack.qty_den') }}
        end as decimal(18, 6)) as base_qty,
        line.unit_price,
        cast(case
            when item.item_key is null then line.unit_price
            else {{ to_base_price('line.unit_price', 'pack.qty_num', 'pack.qty_den') }}
        end as decimal(18, 6)) as base_unit_price,
        line.amount as line_amount,
        line.currency_code,
        line.purchase_state = 'cancelled' as is_cancelled,
        coalesce(location.location_key, {{ unknown_key() }}) as ship_to_location_key,
        coalesce(location.facility_code, {{ unknown_key() }}) as facility_key,
        coalesce({{ reference_key('line.source_instance', 'line.requisition_line_id') }}, {{ unknown_key() }})
            as requisition_line_key,
        cast('tryton' as {{ dbt.type_string() }}) as source_system,
        line.source_instance,
        line.purchase_line_id as source_pk,
        {{ audit_columns('line') }}
    from tryton_lines as line
    left join {{ ref('dim_item') }} as item on line.item_reference_key = item.item_key
    left join {{ ref('dim_item_pack') }} as pack
        on line.item_reference_key = pack.item_key and line.uom_id = pack.source_uom_id
    left join {{ ref('stg_tryton__uom') }} as unit
        on line.source_instance = unit.source_instance and line.uom_id = unit.uom_id
    left join {{ ref('dim_supplier') }} as supplier on line.supplier_reference_key = supplier.supplier_key
    left join {{ ref('dim_supplier') }} as invoicing_supplier
        on line.invoicing_supplier_reference_key = invoicing_supplier.supplier_key
    left join {{ ref('dim_location') }} as location on line.location_reference_key = location.location_key
)

select * from final
