-- One row per version of a product variant of Tryton: from when on the variant and its template, changed apart, said this
-- together.
with moments as (
    select
        product.source_instance,
        product.product_id,
        product.valid_from_at
    from {{ ref('stg_tryton__product_landed') }} as product
    union
    select
        product.source_instance,
        product.product_id,
        template.valid_from_at
    from {{ ref('stg_tryton__product_landed') }} as product
    inner join {{ ref('stg_tryton__product_template_landed') }} as template
        on product.source_instance = template.source_instance and product.template_id = template.product_template_id
),

spans as (
    select
        moments.*,
        coalesce(
            lead(valid_from_at) over (partition by source_instance, product_id order by valid_from_at), {{ no_end_at() }}
        ) as valid_to_at
    from moments
)

select
    {{ feed_origin('tryton', 'spans.source_instance') }},
    spans.product_id as source_item_key,
    template.product_template_name as item_description,
    category.product_category_name as source_category,
    template.product_template_type as source_item_type,
    coalesce(product.is_active, true) as is_active,
    spans.valid_from_at,
    spans.valid_to_at,
    {{ audit_columns('product') }}
from spans
inner join {{ ref('stg_tryton__product_landed') }} as product
    on
        spans.source_instance = product.source_instance
        and spans.product_id = product.product_id
        and spans.valid_from_at >= product.valid_from_at
        and spans.valid_from_at < product.valid_to_at
inner join {{ ref('stg_tryton__product_template_landed') }} as template
    on
        product.source_instance = template.source_instance
        and product.template_id = template.product_template_id
        and spans.valid_from_at >= template.valid_from_at
        and spans.valid_from_at < template.valid_to_at
left join {{ ref('stg_tryton__product_category') }} as category
    on
        template.source_instance = category.source_instance
        and template.account_category_id = category.product_category_id
