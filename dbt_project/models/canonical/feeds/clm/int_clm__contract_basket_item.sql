-- One row per item of a contract's market basket. What the contract also prices is the same item as its price line's.
with priced as (
    select distinct
        source_instance,
        contract_number,
        manufacturer_part_number
    from {{ ref('stg_clm__contract_price_line') }}
)

select
    {{ feed_origin('clm', 'line.source_instance') }},
    {{ source_key(['line.contract_number', 'line.manufacturer_part_number', 'line.manufacturer_name']) }} as source_pk,
    line.contract_number as contract_source_key,
    case
        when priced.contract_number is not null
            then {{ source_key(['line.contract_number', 'line.manufacturer_part_number']) }}
        else {{ source_key(['line.contract_number', 'line.manufacturer_part_number', 'line.manufacturer_name']) }}
    end as item_source_key,
    line.manufacturer_part_number,
    line.manufacturer_name,
    line.gtin,
    priced.contract_number is not null as is_on_contract,
    {{ audit_columns('line') }}
from {{ ref('stg_clm__contract_basket_item') }} as line
left join priced
    on
        line.source_instance = priced.source_instance
        and line.contract_number = priced.contract_number
        and line.manufacturer_part_number = priced.manufacturer_part_number
