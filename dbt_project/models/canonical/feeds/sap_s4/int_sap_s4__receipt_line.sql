-- One row per item of a material document that receives against a purchase order or takes back, signed. A material document
-- never changes: what was wrong is reversed by another one, which names it, or (a return) names it as its reference.
with order_movements as (
    select
        line.*,
        mapping.movement_type as canonical_movement_type,
        mapping.direction,
        coalesce(line.reversed_document_number, line.reference_document_number) as earlier_number,
        coalesce(line.reversed_line_number, line.reference_line_number) as earlier_line_number
    from {{ ref('stg_sap_s4__material_document_item') }} as line
    inner join {{ ref('map_movement_type') }} as mapping
        on mapping.source_system = 'sap_s4' and line.movement_type = mapping.source_movement_type
    where line.po_number is not null
),

-- A reference without its year means the last document of that number before.
earlier_lines as (
    select
        line.source_instance,
        line.material_document_year,
        line.material_document_number,
        line.material_document_line_number,
        max(earlier.material_document_year) as earlier_year
    from order_movements as line
    inner join order_movements as earlier
        on
            line.source_instance = earlier.source_instance
            and line.earlier_number = earlier.material_document_number
            and line.earlier_line_number = earlier.material_document_line_number
            and line.material_document_year >= earlier.material_document_year
    where
        line.earlier_number <> line.material_document_number
        and coalesce(line.reversed_document_year, earlier.material_document_year) = earlier.material_document_year
    group by
        line.source_instance, line.material_document_year, line.material_document_number,
        line.material_document_line_number
)

select
    {{ feed_origin('sap_s4', 'line.source_instance') }},
    {{ source_key(['line.material_document_year', 'line.material_document_number', 'line.material_document_line_number']) }}
        as source_pk,
    line.material_document_number as receipt_number,
    document.packing_slip_number,
    line.canonical_movement_type as movement_type,
    {{ source_key(['earlier_lines.earlier_year', 'line.earlier_number', 'line.earlier_line_number']) }} as reverses_source_pk,
    document.document_date as received_date,
    document.posting_date,
    document.created_at as entered_at,
    {{ source_key(['line.po_number', 'line.po_line_number']) }} as po_line_source_pk,
    line.item_number as item_source_key,
    {{ source_key(['line.plant_code', "coalesce(line.storage_location_code, '')"]) }} as location_source_key,
    line.plant_code as facility_source_code,
    line.lot_token as lot_number,
    cast(line.qty * line.direction as decimal(18, 6)) as receipt_qty,
    line.uom_code as source_uom_code,
    cast(line.base_qty * line.direction as decimal(18, 6)) as source_base_qty,
    cast({{ div_exact('cast(line.external_amount as decimal(18, 6))', 'line.qty', scale=6) }} as decimal(18, 6))
        as unit_price,
    cast(line.external_amount * line.direction as decimal(18, 2)) as value_amount,
    line.currency_code,
    {{ audit_columns('line') }}
from order_movements as line
inner join {{ ref('stg_sap_s4__material_document') }} as document
    on
        line.source_instance = document.source_instance
        and line.material_document_year = document.material_document_year
        and line.material_document_number = document.material_document_number
left join earlier_lines
    on
        line.source_instance = earlier_lines.source_instance
        and line.material_document_year = earlier_lines.material_document_year
        and line.material_document_number = earlier_lines.material_document_number
        and line.material_document_line_number = earlier_lines.material_document_line_number
