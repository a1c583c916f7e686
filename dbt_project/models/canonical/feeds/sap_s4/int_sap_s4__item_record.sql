-- One row per material of SAP. The manufacturer is a business partner; the description is the English one, or the first.
with descriptions as (
    select
        source_instance,
        item_number,
        item_description,
        row_number() over (
            partition by source_instance, item_number
            order by case when language_code = 'EN' then 0 else 1 end, language_code
        ) as description_rank
    from {{ ref('stg_sap_s4__product_description') }}
),

offers as (
    select
        source_instance,
        item_number,
        supplier_id,
        supplier_item_number,
        row_number() over (
            partition by source_instance, item_number order by created_date desc, info_record_number desc
        ) as offer_rank
    from {{ ref('stg_sap_s4__info_record') }}
    where not coalesce(is_deleted, false)
)

select
    {{ feed_origin('sap_s4', 'product.source_instance') }},
    product.item_number as source_item_key,
    product.item_number as item_code,
    descriptions.item_description,
    coalesce(maker.partner_name, maker.supplier_name) as manufacturer_name,
    product.manufacturer_id as manufacturer_source_key,
    product.manufacturer_part_number,
    offers.supplier_id as supplier_source_key,
    offers.supplier_item_number,
    product.base_uom_code as base_uom_source_code,
    product.product_group as source_category,
    product.item_type as source_item_type,
    product.product_hierarchy as unspsc_code,
    product.previous_item_number as superseded_item_code,
    product.item_type <> 'DIEN' as is_tangible,
    coalesce(product.is_lot_managed, false) as is_lot_required,
    product.serial_number_profile is not null as is_serial_required,
    not coalesce(product.is_deleted, false) and product.item_status_code is null as is_active,
    cast(product.created_date as timestamp) as created_at,
    {{ audit_columns('product') }}
from {{ ref('stg_sap_s4__product') }} as product
left join descriptions
    on
        product.source_instance = descriptions.source_instance
        and product.item_number = descriptions.item_number
        and descriptions.description_rank = 1
left join offers
    on
        product.source_instance = offers.source_instance
        and product.item_number = offers.item_number
        and offers.offer_rank = 1
left join {{ ref('stg_sap_s4__business_partner') }} as maker
    on product.source_instance = maker.source_instance and product.manufacturer_id = maker.supplier_id
