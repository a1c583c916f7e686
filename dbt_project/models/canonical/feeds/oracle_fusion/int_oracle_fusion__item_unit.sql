-- One row per item and unit: the conversions that the item states, and its own unit. Where organizations differ, the
-- first that stocks it decides.
with stated as (
    select
        conversion.source_instance,
        conversion.item_id,
        conversion.uom_code,
        conversion.base_qty,
        item.base_uom_code,
        conversion.source_version_at,
        conversion.first_loaded_at,
        conversion.last_loaded_at,
        conversion.load_id,
        row_number() over (
            partition by conversion.source_instance, conversion.item_id, conversion.uom_code
            order by item.created_at, conversion.organization_code
        ) as conversion_rank
    from {{ ref('stg_oracle_fusion__item_unit_conversion') }} as conversion
    inner join {{ ref('stg_oracle_fusion__item') }} as item
        on
            conversion.source_instance = item.source_instance
            and conversion.item_id = item.item_id
            and conversion.organization_code = item.organization_code
)

select
    {{ feed_origin('oracle_fusion') }},
    item_id as source_item_key,
    uom_code as source_uom_code,
    cast({{ whole_units('base_qty', 6) }} as decimal(38, 0)) as base_qty_numerator,
    cast(1000000 as decimal(38, 0)) as base_qty_denominator,
    false as is_base_uom,
    {{ audit_columns('stated') }}
from stated
where conversion_rank = 1 and uom_code <> base_uom_code
union all
select
    source_system,
    source_instance,
    source_item_key,
    base_uom_source_code as source_uom_code,
    cast(1 as decimal(38, 0)) as base_qty_numerator,
    cast(1 as decimal(38, 0)) as base_qty_denominator,
    true as is_base_uom,
    {{ audit_columns('item') }}
from {{ ref('int_oracle_fusion__item_record') }} as item
where base_uom_source_code is not null
