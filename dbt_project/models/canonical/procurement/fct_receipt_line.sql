{{ config(unit=['source_pk']) }}
-- One row per posted receipt or return of an order line's goods, signed: what came from the supplier is positive, what
-- went back negative. Moves inside the house (put-away) and moves not done are none.
with receipts as (
    {{ united('receipt_line') }}
),

final as (
    select
        {{ surrogate_key(['line.source_instance', 'line.source_pk']) }} as receipt_line_key,
        line.receipt_number,
        line.packing_slip_number,
        line.movement_type,
        line.movement_type = 'RETURN' as is_return,
        {{ reference_key('line.source_instance', 'line.reverses_source_pk') }} as reverses_receipt_line_key,
        line.received_date,
        line.posting_date,
        line.entered_at,
        coalesce(po_line.po_line_key, {{ unknown_key() }}) as po_line_key,
        line.po_line_source_pk as po_line_reference,
        coalesce(reference.item_key, po_line.item_key, {{ unknown_key() }}) as item_key,
        coalesce(location.location_key, po_line.ship_to_location_key, {{ unknown_key() }}) as location_key,
        coalesce(facility.facility_code, location.facility_code, po_line.facility_key, {{ unknown_key() }})
            as facility_key,
        line.lot_number,
        line.receipt_qty,
        coalesce(unit.uom_code, mapped_unit.uom_code, {{ unknown_key() }}) as uom_code,
        line.source_uom_code,
        {{ pack_columns('line', 'unit', 'receipt_qty', 'unit_price') }},
        line.source_base_qty,
        line.value_amount,
        line.currency_code,
        line.source_system,
        line.source_instance,
        line.source_pk,
        {{ audit_columns('line') }}
    from receipts as line
    left join {{ ref('fct_po_line') }} as po_line
        on {{ reference_key('line.source_instance', 'line.po_line_source_pk') }} = po_line.po_line_key
    {{ item_join('line', 'reference') }}
    -- A receipt names no supplier: its order does.
    left join {{ ref('xref_supplier') }} as supplier
        on
            line.source_instance = supplier.source_instance
            and po_line.source_supplier_key = supplier.source_supplier_key
    {{ unit_joins('line', 'unit', 'mapped_unit', 'supplier') }}
    {{ place_joins('line', 'location', 'facility') }}
)

select * from final
