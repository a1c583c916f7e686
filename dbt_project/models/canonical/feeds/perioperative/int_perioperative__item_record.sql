-- One row per supply of the perioperative system. It serves no catalog: a supply is known by the cases that it was
-- picked for, and said as the case documented last says it.
with documented as (
    select
        supply.*,
        row_number() over (
            partition by source_instance, supply_id
            order by documented_at desc, case_key desc, line_no desc
        ) as said_rank,
        min(documented_at) over (partition by source_instance, supply_id) as first_documented_at
    from {{ ref('stg_perioperative__case_supply') }} as supply
    where supply_id is not null
)

select
    {{ feed_origin('perioperative') }},
    supply_id as source_item_key,
    supply_id as item_code,
    supply_description as item_description,
    {{ no_text() }} as manufacturer_name,
    {{ no_text() }} as manufacturer_source_key,
    {{ no_text() }} as manufacturer_part_number,
    {{ no_text() }} as supplier_source_key,
    {{ no_text() }} as supplier_item_number,
    {{ no_text() }} as base_uom_source_code,
    case when is_implant then 'IMPLANT' end as source_category,
    {{ no_text() }} as source_item_type,
    {{ no_text() }} as unspsc_code,
    {{ no_text() }} as superseded_item_code,
    true as is_tangible,
    cast(null as boolean) as is_lot_required,
    cast(null as boolean) as is_serial_required,
    true as is_active,
    first_documented_at as created_at,
    {{ audit_columns('documented') }}
from documented
where said_rank = 1
