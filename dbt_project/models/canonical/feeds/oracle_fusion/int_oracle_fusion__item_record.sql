-- One row per item of Oracle. An item stands in each organization that stocks it; the master record is that of the first.
with numbered as (
    select
        item.*,
        row_number() over (
            partition by source_instance, item_id order by created_at, organization_code
        ) as organization_rank,
        max(case when item_status = 'Active' then 1 else 0 end) over (
            partition by source_instance, item_id
        ) as active_anywhere
    from {{ ref('stg_oracle_fusion__item') }} as item
),

maker_parts as (
    select
        source_instance,
        item_id,
        manufacturer,
        manufacturer_part_number,
        row_number() over (
            partition by source_instance, item_id order by organization_code, line_no
        ) as part_rank
    from {{ ref('stg_oracle_fusion__item_manufacturer_part') }}
)

select
    {{ feed_origin('oracle_fusion', 'item.source_instance') }},
    item.item_id as source_item_key,
    item.item_number as item_code,
    item.item_description,
    maker_parts.manufacturer as manufacturer_name,
    {{ no_text() }} as manufacturer_source_key,
    maker_parts.manufacturer_part_number,
    {{ no_text() }} as supplier_source_key,
    {{ no_text() }} as supplier_item_number,
    item.base_uom_code as base_uom_source_code,
    item.item_class as source_category,
    {{ no_text() }} as source_item_type,
    {{ no_text() }} as unspsc_code,
    {{ no_text() }} as superseded_item_code,
    true as is_tangible,
    cast(null as boolean) as is_lot_required,
    cast(null as boolean) as is_serial_required,
    item.active_anywhere = 1 as is_active,
    item.created_at,
    {{ audit_columns('item') }}
from numbered as item
left join maker_parts
    on
        item.source_instance = maker_parts.source_instance
        and item.item_id = maker_parts.item_id
        and maker_parts.part_rank = 1
where item.organization_rank = 1
