-- One row per item that a contract prices, or compares in its market basket: a contract names no item of ours, only the maker's
-- and the supplier's numbers.
with priced as (
    select
        line.*,
        contract.supplier_number,
        contract.supplier_name,
        {{ source_key([
            'line.contract_number', 'coalesce(line.manufacturer_part_number, line.vendor_catalog_number, line.gtin)'
        ]) }}
            as source_item_key
    from {{ ref('stg_clm__contract_price_line') }} as line
    inner join {{ ref('stg_clm__contract') }} as contract
        on line.source_instance = contract.source_instance and line.contract_number = contract.contract_number
),

said_last as (
    select
        priced.*,
        row_number() over (
            partition by source_instance, source_item_key order by valid_from_date desc, contract_line_number desc
        ) as said_rank,
        min(valid_from_date) over (partition by source_instance, source_item_key) as first_priced_date
    from priced
    where source_item_key is not null
)

select
    {{ feed_origin('clm') }},
    source_item_key,
    source_item_key as item_code,
    {{ no_text() }} as item_description,
    {{ no_text() }} as manufacturer_name,
    {{ no_text() }} as manufacturer_source_key,
    manufacturer_part_number,
    supplier_number as supplier_source_key,
    vendor_catalog_number as supplier_item_number,
    {{ no_text() }} as base_uom_source_code,
    {{ no_text() }} as source_category,
    {{ no_text() }} as source_item_type,
    {{ no_text() }} as unspsc_code,
    {{ no_text() }} as superseded_item_code,
    true as is_tangible,
    cast(null as boolean) as is_lot_required,
    cast(null as boolean) as is_serial_required,
    true as is_active,
    cast(first_priced_date as timestamp) as created_at,
    {{ audit_columns('said_last') }}
from said_last
where said_rank = 1
union all
select
    source_system,
    source_instance,
    item_source_key as source_item_key,
    item_source_key as item_code,
    {{ no_text() }} as item_description,
    manufacturer_name,
    {{ no_text() }} as manufacturer_source_key,
    manufacturer_part_number,
    {{ no_text() }} as supplier_source_key,
    {{ no_text() }} as supplier_item_number,
    {{ no_text() }} as base_uom_source_code,
    {{ no_text() }} as source_category,
    {{ no_text() }} as source_item_type,
    {{ no_text() }} as unspsc_code,
    {{ no_text() }} as superseded_item_code,
    true as is_tangible,
    cast(null as boolean) as is_lot_required,
    cast(null as boolean) as is_serial_required,
    true as is_active,
    cast(null as timestamp) as created_at,
    {{ audit_columns('basket') }}
from {{ ref('int_clm__contract_basket_item') }} as basket
where not is_on_contract
