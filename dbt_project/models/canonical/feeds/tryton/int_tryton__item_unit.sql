-- One row per product variant and unit that converts to its own. Tryton's units convert within their category, so every
-- unit of the base unit's category is a pack of the item. Two whole ratios are divided: lowest terms come later.
select
    {{ feed_origin('tryton', 'product.source_instance') }},
    product.product_id as source_item_key,
    pack_unit.uom_symbol as source_uom_code,
    cast(cast(pack_unit.ratio_num as {{ type_whole() }}) * base_unit.ratio_den as decimal(38, 0)) as base_qty_numerator,
    cast(cast(pack_unit.ratio_den as {{ type_whole() }}) * base_unit.ratio_num as decimal(38, 0))
        as base_qty_denominator,
    pack_unit.uom_id = base_unit.uom_id as is_base_uom,
    {{ audit_columns('product') }}
from {{ ref('stg_tryton__product') }} as product
inner join {{ ref('stg_tryton__product_template') }} as template
    on product.source_instance = template.source_instance and product.template_id = template.product_template_id
inner join {{ ref('stg_tryton__uom') }} as base_unit
    on template.source_instance = base_unit.source_instance and template.default_uom_id = base_unit.uom_id
inner join {{ ref('stg_tryton__uom') }} as pack_unit
    on base_unit.source_instance = pack_unit.source_instance and base_unit.category_id = pack_unit.category_id
where base_unit.ratio_num > 0 and base_unit.ratio_den > 0 and pack_unit.ratio_num > 0 and pack_unit.ratio_den > 0
