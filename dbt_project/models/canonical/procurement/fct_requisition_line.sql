{{ config(unit=['source_pk']) }}
-- One row per requisition line (current version), cancelled and rejected ones too.
with requested as (
    {{ united('requisition_line') }}
),

final as (
    select
        {{ surrogate_key(['line.source_instance', 'line.source_pk']) }} as requisition_line_key,
        {{ surrogate_key(['line.source_instance', 'line.requisition_source_key']) }} as requisition_key,
        line.requisition_number,
        line.line_number,
        line.requisition_status,
        line.request_source,
        line.requested_at,
        line.approved_at,
        line.approval_steps,
        line.needed_date,
        line.requester_key,
        coalesce(reference.item_key, {{ unknown_key() }}) as item_key,
        line.line_description,
        coalesce(supplier.supplier_key, {{ unknown_key() }}) as proposed_supplier_key,
        line.requested_qty,
        coalesce(unit.uom_code, mapped_unit.uom_code, {{ unknown_key() }}) as uom_code,
        line.source_uom_code,
        {{ pack_columns('line', 'unit', 'requested_qty', 'estimated_unit_price') }},
        line.currency_code,
        coalesce(facility.facility_code, location.facility_code, {{ unknown_key() }}) as facility_key,
        coalesce(location.location_key, {{ unknown_key() }}) as location_key,
        coalesce(cost_center.cost_center_key, {{ unknown_key() }}) as cost_center_key,
        coalesce({{ reference_key('line.po_instance', 'line.po_line_source_pk') }}, {{ unknown_key() }}) as po_line_key,
        line.source_system,
        line.source_instance,
        line.source_pk,
        {{ audit_columns('line') }}
    from requested as line
    {{ item_join('line', 'reference') }}
    {{ supplier_join('line', 'supplier') }}
    {{ unit_joins('line', 'unit', 'mapped_unit', 'supplier') }}
    {{ place_joins('line', 'location', 'facility') }}
    {{ ledger_joins('line', 'account', 'cost_center') }}
)

select * from final
