-- One row per item and unit that a contract prices: eaches in the pack, as the price file that is valid last says.
with numbered as (
    select
        line.*,
        {{ source_key([
            'line.contract_number', 'coalesce(line.manufacturer_part_number, line.vendor_catalog_number, line.gtin)'
        ]) }}
            as source_item_key,
        row_number() over (
            partition by
                line.source_instance, line.contract_number, line.uom_code,
                coalesce(line.manufacturer_part_number, line.vendor_catalog_number, line.gtin)
            order by line.valid_from_date desc, line.contract_line_number desc
        ) as said_rank
    from {{ ref('stg_clm__contract_price_line') }} as line
    where line.uom_code is not null and line.pack_qty > 0
)

select
    {{ feed_origin('clm') }},
    source_item_key,
    uom_code as source_uom_code,
    cast({{ whole_units('pack_qty', 6) }} as decimal(38, 0)) as base_qty_numerator,
    cast(1000000 as decimal(38, 0)) as base_qty_denominator,
    pack_qty = 1 as is_base_uom,
    {{ audit_columns('numbered') }}
from numbered
where said_rank = 1 and source_item_key is not null
