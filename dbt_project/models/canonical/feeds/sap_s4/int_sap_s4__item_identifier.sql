-- One row per GTIN of a material, with the unit of measure that it stands on.
with every_gtin as (
    select
        source_instance,
        item_number,
        gtin,
        base_uom_code as uom_code,
        {{ audit_columns('product') }}
    from {{ ref('stg_sap_s4__product') }} as product
    where gtin is not null
    union all
    select
        source_instance,
        item_number,
        gtin,
        uom_code,
        {{ audit_columns('unit') }}
    from {{ ref('stg_sap_s4__product_unit') }} as unit
    where gtin is not null
    union all
    select
        source_instance,
        item_number,
        gtin,
        uom_code,
        {{ audit_columns('further') }}
    from {{ ref('stg_sap_s4__product_unit_gtin') }} as further
    where gtin is not null
)

select
    {{ feed_origin('sap_s4') }},
    item_number as source_item_key,
    cast('GTIN' as {{ dbt.type_string() }}) as identifier_type,
    gtin as identifier_value,
    uom_code as source_uom_code,
    max(source_version_at) as source_version_at,
    min(first_loaded_at) as first_loaded_at,
    max(last_loaded_at) as last_loaded_at,
    max(load_id) as load_id
from every_gtin
group by source_instance, item_number, gtin, uom_code
