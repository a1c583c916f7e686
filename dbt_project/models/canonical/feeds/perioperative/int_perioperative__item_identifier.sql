-- One row per device identifier scanned of a supply, and per number of the ERP that the system keeps of it.
with said as (
    select
        source_instance,
        supply_id,
        'UDI' as identifier_type,
        udi_di as identifier_value,
        {{ audit_columns('supply') }}
    from {{ ref('stg_perioperative__case_supply') }} as supply
    where udi_di is not null and supply_id is not null
    union all
    select
        source_instance,
        supply_id,
        'ERP_ITEM' as identifier_type,
        item_number as identifier_value,
        {{ audit_columns('supply') }}
    from {{ ref('stg_perioperative__case_supply') }} as supply
    where item_number is not null and supply_id is not null
)

select
    {{ feed_origin('perioperative') }},
    supply_id as source_item_key,
    cast(identifier_type as {{ dbt.type_string() }}) as identifier_type,
    identifier_value,
    {{ no_text() }} as source_uom_code,
    max(source_version_at) as source_version_at,
    min(first_loaded_at) as first_loaded_at,
    max(last_loaded_at) as last_loaded_at,
    max(load_id) as load_id
from said
group by source_instance, supply_id, identifier_type, identifier_value
