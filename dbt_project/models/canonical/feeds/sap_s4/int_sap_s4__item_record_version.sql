-- One row per version of a material of SAP; the description is the English one, or the first.
with descriptions as (
    select
        product_row_key,
        item_description,
        row_number() over (
            partition by product_row_key
            order by case when language_code = 'EN' then 0 else 1 end, language_code
        ) as description_rank
    from {{ ref('stg_sap_s4__product_description_landed') }}
)

select
    {{ feed_origin('sap_s4', 'product.source_instance') }},
    product.item_number as source_item_key,
    descriptions.item_description,
    product.product_group as source_category,
    product.item_type as source_item_type,
    not coalesce(product.is_deleted, false) and product.item_status_code is null as is_active,
    product.valid_from_at,
    product.valid_to_at,
    {{ audit_columns('product') }}
from {{ ref('stg_sap_s4__product_landed') }} as product
left join descriptions on product.row_key = descriptions.product_row_key and descriptions.description_rank = 1
