-- One row per price of a landed version of a contract.
with landed_lines as (
    {{ current_children(source('raw_clm', 'contract_price_line'), ref('stg_clm__contract_landed')) }}
)

select
    _parent_row_key as contract_row_key,
    contract_number,
    line_number as contract_line_number,
    {{ text_value('manufacturer_part_number') }} as manufacturer_part_number,
    {{ text_value('vendor_catalog_number') }} as vendor_catalog_number,
    {{ text_value('gtin') }} as gtin,
    uom as uom_code,
    unit_price,
    currency as currency_code,
    tier as tier_number,
    valid_from as valid_from_date,
    valid_to as valid_to_date,
    {{ child_record_columns() }}
from landed_lines
