-- One row per item of the procurement service's catalog.
select
    {{ feed_origin('procurement') }},
    item_number as source_item_key,
    item_number as item_code,
    item_description,
    manufacturer_name,
    {{ no_text() }} as manufacturer_source_key,
    manufacturer_part_number,
    {{ no_text() }} as supplier_source_key,
    {{ no_text() }} as supplier_item_number,
    {{ no_text() }} as base_uom_source_code,
    {{ no_text() }} as source_category,
    {{ no_text() }} as source_item_type,
    {{ no_text() }} as unspsc_code,
    {{ no_text() }} as superseded_item_code,
    true as is_tangible,
    cast(null as boolean) as is_lot_required,
    cast(null as boolean) as is_serial_required,
    is_active,
    created_at,
    {{ audit_columns('item') }}
from {{ ref('stg_procurement__item') }} as item
