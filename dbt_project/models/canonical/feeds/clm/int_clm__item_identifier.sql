-- One row per GTIN that a contract's price lines name of an item, with the unit of measure priced, and that its market basket
-- names of one each of an item that it does not price.
select
    {{ feed_origin('clm', 'line.source_instance') }},
    {{ source_key(['line.contract_number', 'coalesce(line.manufacturer_part_number, line.vendor_catalog_number, line.gtin)']) }}
        as source_item_key,
    cast('GTIN' as {{ dbt.type_string() }}) as identifier_type,
    line.gtin as identifier_value,
    line.uom_code as source_uom_code,
    max(line.source_version_at) as source_version_at,
    min(line.first_loaded_at) as first_loaded_at,
    max(line.last_loaded_at) as last_loaded_at,
    max(line.load_id) as load_id
from {{ ref('stg_clm__contract_price_line') }} as line
where line.gtin is not null
group by
    line.source_instance, line.contract_number, line.manufacturer_part_number, line.vendor_catalog_number, line.gtin,
    line.uom_code
union all
select
    source_system,
    source_instance,
    item_source_key as source_item_key,
    cast('GTIN' as {{ dbt.type_string() }}) as identifier_type,
    gtin as identifier_value,
    {{ no_text() }} as source_uom_code,
    {{ audit_columns('basket') }}
from {{ ref('int_clm__contract_basket_item') }} as basket
where gtin is not null and not is_on_contract
