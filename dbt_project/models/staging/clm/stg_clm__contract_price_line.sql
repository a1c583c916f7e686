-- One row per price of a contract: item, pack, tier and the days on which it holds; current versions only.
with current_lines as (
    {{ current_children(source('raw_clm', 'contract_price_line'), ref('stg_clm__contract')) }}
)

select
    _line_no as line_no,
    contract_number,
    line_number as contract_line_number,
    {{ text_value('manufacturer_part_number') }} as manufacturer_part_number,
    {{ text_value('vendor_catalog_number') }} as vendor_catalog_number,
    {{ text_value('gtin') }} as gtin,
    uom as uom_code,
    cast(pack_quantity as decimal(18, 6)) as pack_qty,
    unit_price,
    currency as currency_code,
    tier as tier_number,
    valid_from as valid_from_date,
    valid_to as valid_to_date,
    {{ child_record_columns() }}
from current_lines
