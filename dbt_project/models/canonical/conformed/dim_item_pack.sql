-- One row per item and unit that converts to its base unit. qty_num : qty_den base units make one of the unit, in lowest
-- terms. Tryton's units convert within their category, so every unit of the base unit's category is a pack of the item.
with unit_pairs as (
    select
        base_unit.source_instance,
        base_unit.uom_id as base_uom_id,
        pack_unit.uom_id as pack_uom_id,
        pack_unit.uom_symbol as pack_uom_symbol,
        cast(pack_unit.ratio_num as {{ type_whole() }}) * base_unit.ratio_den as num,
        cast(pack_unit.ratio_den as {{ type_whole() }}) * base_unit.ratio_num as den
    from {{ ref('stg_tryton__uom') }} as base_unit
    inner join {{ ref('stg_tryton__uom') }} as pack_unit
        on
            base_unit.source_instance = pack_unit.source_instance
            and base_unit.category_id = pack_unit.category_id
    where base_unit.ratio_num > 0 and base_unit.ratio_den > 0 and pack_unit.ratio_num > 0 and pack_unit.ratio_den > 0
),

reduced as (
    select
        unit_pairs.*,
        {{ greatest_common_divisor('num', 'den') }} as divisor
    from unit_pairs
),

final as (
    select
        {{ surrogate_key(['product.source_instance', 'product.product_id', 'reduced.pack_uom_id']) }} as item_pack_key,
        {{ surrogate_key(['product.source_instance', 'product.product_id']) }} as item_key,
        coalesce(unit_mapping.uom_code, {{ unknown_key() }}) as uom_code,
        reduced.pack_uom_symbol as source_uom_code,
        reduced.pack_uom_id as source_uom_id,
        cast({{ whole_quotient('reduced.num', 'reduced.divisor') }} as bigint) as qty_num,
        cast({{ whole_quotient('reduced.den', 'reduced.divisor') }} as bigint) as qty_den,
        reduced.pack_uom_id = reduced.base_uom_id as is_base_uom,
        cast('tryton' as {{ dbt.type_string() }}) as source_system,
        product.source_instance,
        {{ audit_columns('product') }}
    from {{ ref('stg_tryton__product') }} as product
    inner join {{ ref('stg_tryton__product_template') }} as template
        on product.source_instance = template.source_instance and product.template_id = template.product_template_id
    inner join reduced
        on template.source_instance = reduced.source_instance and template.default_uom_id = reduced.base_uom_id
    left join {{ ref('map_uom') }} as unit_mapping
        on
            unit_mapping.source_system = 'tryton'
            and unit_mapping.supplier_code = '*'
            and reduced.pack_uom_symbol = unit_mapping.source_uom_code
)

select * from final
