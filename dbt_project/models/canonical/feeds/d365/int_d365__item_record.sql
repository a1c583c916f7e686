-- One row per released product of a company of Dynamics.
select
    {{ feed_origin('d365') }},
    {{ source_key(['company_code', 'item_number']) }} as source_item_key,
    item_number as item_code,
    item_description,
    manufacturer_name,
    {{ no_text() }} as manufacturer_source_key,
    manufacturer_part_number,
    {{ source_key(['company_code', 'primary_supplier_id']) }} as supplier_source_key,
    {{ no_text() }} as supplier_item_number,
    inventory_uom_code as base_uom_source_code,
    item_group_code as source_category,
    {{ no_text() }} as source_item_type,
    {{ no_text() }} as unspsc_code,
    {{ no_text() }} as superseded_item_code,
    true as is_tangible,
    cast(null as boolean) as is_lot_required,
    cast(null as boolean) as is_serial_required,
    coalesce(lifecycle_state, 'Active') = 'Active' as is_active,
    cast(null as timestamp) as created_at,
    {{ audit_columns('product') }}
from {{ ref('stg_d365__released_product') }} as product
