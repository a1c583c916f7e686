-- One row per item (product variant) of a source system, and the unknown member.
with class_candidates as (
    select
        product.source_instance,
        product.product_id,
        mapping.item_class,
        row_number() over (
            partition by product.source_instance, product.product_id
            order by mapping.priority, mapping.item_class
        ) as candidate_rank
    from {{ ref('stg_tryton__product') }} as product
    inner join {{ ref('stg_tryton__product_template') }} as template
        on product.source_instance = template.source_instance and product.template_id = template.product_template_id
    left join {{ ref('stg_tryton__product_category') }} as category
        on
            template.source_instance = category.source_instance
            and template.account_category_id = category.product_category_id
    inner join {{ ref('map_item_class') }} as mapping
        on
            mapping.source_system = 'tryton'
            and (
                (mapping.match_on = 'CATEGORY' and mapping.source_code = category.product_category_name)
                or (mapping.match_on = 'TYPE' and mapping.source_code = template.product_template_type)
            )
),

global_trade_numbers as (
    select
        source_instance,
        product_id,
        min(product_identifier_code) as gtin
    from {{ ref('stg_tryton__product_identifier') }}
    where product_identifier_type = 'ean'
    group by source_instance, product_id
),

tryton_items as (
    select
        {{ surrogate_key(['product.source_instance', 'product.product_id']) }} as item_key,
        product.product_code as item_code,
        template.product_template_name as item_name,
        coalesce(class_candidates.item_class, {{ unknown_key() }}) as item_class,
        category.product_category_name as source_category_name,
        {{ unknown_key() }} as manufacturer_key,
        global_trade_numbers.gtin,
        coalesce(unit_mapping.uom_code, {{ unknown_key() }}) as base_uom_code,
        template.product_template_type <> 'service' as is_tangible,
        coalesce(product.is_active, true) as is_active,
        cast('tryton' as {{ dbt.type_string() }}) as source_system,
        product.source_instance,
        product.product_id as source_pk,
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
    left join {{ ref('map_uom') }} as unit_mapping
        on
            unit_mapping.source_system = 'tryton'
            and unit_mapping.supplier_code = '*'
            and unit.uom_symbol = unit_mapping.source_uom_code
    left join class_candidates
        on
            product.source_instance = class_candidates.source_instance
            and product.product_id = class_candidates.product_id
            and class_candidates.candidate_rank = 1
    left join global_trade_numbers
        on
            product.source_instance = global_trade_numbers.source_instance
            and product.product_id = global_trade_numbers.product_id
),

final as (
    select * from tryton_items
    union all
    select
        {{ unknown_key() }} as item_key,
        {{ no_text() }} as item_code,
        cast('Unknown' as {{ dbt.type_string() }}) as item_name,
        {{ unknown_key() }} as item_class,
        {{ no_text() }} as source_category_name,
        {{ unknown_key() }} as manufacturer_key,
        {{ no_text() }} as gtin,
        {{ unknown_key() }} as base_uom_code,
        false as is_tangible,
        false as is_active,
        {{ unknown_key() }} as source_system,
        {{ unknown_key() }} as source_instance,
        {{ unknown_key() }} as source_pk,
        {{ no_audit_columns() }}
)

select * from final
