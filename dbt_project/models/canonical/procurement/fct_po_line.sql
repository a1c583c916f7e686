{{ config(unit=['source_pk']) }}
-- One row per purchase order line (current version), drafts and cancelled ones too; headings and comments are none.
-- Quantities are signed: a return order has negative ones.
with order_lines as (
    {{ united('po_line') }}
),

-- An order line asked for by several requisitions shows the first.
requisition_links as (
    select
        po_instance,
        po_line_source_pk,
        min({{ surrogate_key(['source_instance', 'source_pk']) }}) as requisition_line_key
    from (
        {{ united('requisition_line') }}
    ) as requested
    where po_line_source_pk is not null
    group by po_instance, po_line_source_pk
),

final as (
    select
        {{ surrogate_key(['line.source_instance', 'line.source_pk']) }} as po_line_key,
        {{ surrogate_key(['line.source_instance', 'line.po_source_key']) }} as po_key,
        line.po_number,
        line.line_number,
        case
            when line.po_type <> 'STANDARD' then line.po_type
            when coalesce(item.item_class, line_class.item_class) in ('SERVICE', 'CAPITAL')
                then coalesce(item.item_class, line_class.item_class)
            else line.po_type
        end as po_type,
        line.po_status,
        line.order_date,
        line.expected_date,
        line.invoice_method,
        coalesce(company.company_key, {{ unknown_key() }}) as company_key,
        coalesce(supplier.supplier_key, {{ unknown_key() }}) as supplier_key,
        line.supplier_source_key as source_supplier_key,
        coalesce(invoicing_supplier.supplier_key, {{ unknown_key() }}) as invoicing_supplier_key,
        coalesce(reference.item_key, {{ unknown_key() }}) as item_key,
        coalesce(item.item_class, line_class.item_class, {{ unknown_key() }}) as item_class,
        line.line_description,
        line.supplier_item_number as supplier_item_code,
        line.order_qty,
        coalesce(unit.uom_code, mapped_unit.uom_code, {{ unknown_key() }}) as uom_code,
        line.source_uom_code,
        {{ pack_columns('line', 'unit', 'order_qty', 'unit_price') }},
        line.line_amount,
        line.currency_code,
        line.is_cancelled,
        line.is_delivery_complete,
        coalesce(location.location_key, {{ unknown_key() }}) as ship_to_location_key,
        coalesce(facility.facility_code, location.facility_code, {{ unknown_key() }}) as facility_key,
        coalesce(cost_center.cost_center_key, {{ unknown_key() }}) as cost_center_key,
        coalesce(account.gl_account_key, {{ unknown_key() }}) as gl_account_key,
        line.contract_number,
        line.contract_line_number,
        coalesce(requisition_links.requisition_line_key, {{ unknown_key() }}) as requisition_line_key,
        line.source_system,
        line.source_instance,
        line.source_pk,
        {{ audit_columns('line') }}
    from order_lines as line
    {{ item_join('line', 'reference') }}
    left join {{ ref('dim_item') }} as item on reference.item_key = item.item_key
    left join {{ ref('int_item_class') }} as line_class
        on line.source_system = line_class.source_system and line.source_category = line_class.source_category
    {{ supplier_join('line', 'supplier') }}
    {{ unit_joins('line', 'unit', 'mapped_unit', 'supplier') }}
    {{ supplier_join('line', 'invoicing_supplier', 'invoicing_supplier_source_key') }}
    left join {{ ref('xref_company') }} as company
        on line.source_instance = company.source_instance and line.company_source_key = company.company_source_key
    {{ place_joins('line', 'location', 'facility') }}
    {{ ledger_joins('line', 'account', 'cost_center') }}
    left join requisition_links
        on line.source_instance = requisition_links.po_instance and line.source_pk = requisition_links.po_line_source_pk
)

select * from final
