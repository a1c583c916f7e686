-- One row per GTIN of an item, with the unit of measure that it stands on; organizations that say the same count once.
select
    {{ feed_origin('oracle_fusion') }},
    item_id as source_item_key,
    cast('GTIN' as {{ dbt.type_string() }}) as identifier_type,
    gtin as identifier_value,
    uom_code as source_uom_code,
    max(source_version_at) as source_version_at,
    min(first_loaded_at) as first_loaded_at,
    max(last_loaded_at) as last_loaded_at,
    max(load_id) as load_id
from {{ ref('stg_oracle_fusion__item_gtin') }}
where gtin is not null
group by source_instance, item_id, gtin, uom_code
