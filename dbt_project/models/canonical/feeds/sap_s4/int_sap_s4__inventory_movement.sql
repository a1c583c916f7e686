-- One row per item of a material document that moves stock of a storage location, as written: its type says which way. What
-- is received for a department is consumed at once, names no storage location, and is none. Stock is booked in the product's
-- base unit, whatever the document was entered in, and a document has a date and no time of the movement.
select
    {{ feed_origin('sap_s4', 'line.source_instance') }},
    {{ source_key(['line.material_document_year', 'line.material_document_number', 'line.material_document_line_number']) }}
        as source_pk,
    cast('ERP' as {{ dbt.type_string() }}) as ledger_side,
    line.movement_type as source_movement_type,
    {{ source_key(['line.plant_code', 'line.storage_location_code']) }} as location_source_key,
    {{ source_key(['line.counterpart_plant_code', "coalesce(line.counterpart_storage_location_code, '')"]) }}
        as counterpart_location_source_key,
    line.plant_code as facility_source_code,
    line.item_number as item_source_key,
    line.lot_token as lot_number,
    {{ no_text() }} as serial_number,
    line.expiry_date,
    line.special_stock_type as source_ownership,
    line.base_qty as movement_qty,
    line.base_uom_code as source_uom_code,
    line.external_amount as value_amount,
    line.currency_code,
    document.document_date as movement_date,
    document.posting_date as posted_date,
    cast(null as timestamp) as occurred_at,
    document.created_at as recorded_at,
    cast(null as bigint) as movement_seq,
    line.material_document_number as document_number,
    line.po_number,
    {{ no_text() }} as case_key,
    line.cost_center_code as cost_center_source_code,
    line.gl_account_number as gl_account_source_key,
    {{ source_key(['line.reversed_document_year', 'line.reversed_document_number', 'line.reversed_line_number']) }}
        as reverses_source_pk,
    {{ audit_columns('line') }}
from {{ ref('stg_sap_s4__material_document_item') }} as line
inner join {{ ref('stg_sap_s4__material_document') }} as document
    on
        line.source_instance = document.source_instance
        and line.material_document_year = document.material_document_year
        and line.material_document_number = document.material_document_number
where line.storage_location_code is not null
