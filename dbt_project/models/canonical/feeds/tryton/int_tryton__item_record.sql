-- One row per product variant of Tryton.
select
    {{ feed_origin('tryton', 'product.source_instance') }},
    product.product_id as source_item_key,
    product.product_code as item_code,
    template.product_template_name as item_description,
    {{ no_text() }} as manufacturer_name,
    {{ no_text() }} as manufacturer_source_key,
    {{ no_text() }} as manufacturer_part_number,
    {{ no_text() }} as supplier_source_key,
    {{ no_text() }} as supplier_item_number,
    unit.uom_symbol as base_uom_source_code,
    category.product_category_name as source_category,
    template.product_template_type as source_item_type,
    {{ no_text() }} as unspsc_code,
    {{ no_text() }} as superseded_item_code,
    template.product_template_type <> 'service' as is_tangible,
    cast(null as boolean) as is_lot_required,
    cast(null as boolean) as is_serial_required,
    coalesce(product.is_active, true) as is_active,
    product.created_at,
    {{ audit_columns('product') }}
from {{ ref('stg_tryton__product') }} as product
inner join {{ ref('stg_tryton__product_template') }} as template
    on product.source_instance = template.source_instance and product.template_id = template.product_template_id
left join {{ ref('stg_tryton__product_category') }} as category
    on
        template.source_instance = category.source_instance
        and template.account_category_id = category.product_category_id
left join {{ ref('stg_tryton__uom') }} as unit
    on template.source_instance = unit.source_instance and template.default_uom_id = unit.uom_id
