-- One row per item of a contract's market basket; current versions only.
with current_lines as (
    {{ current_children(source('raw_clm', 'contract_basket_item'), ref('stg_clm__contract')) }}
)

select
    _line_no as line_no,
    contract_number,
    {{ text_value('manufacturer_part_number') }} as manufacturer_part_number,
    {{ text_value('manufacturer') }} as manufacturer_name,
    {{ text_value('gtin') }} as gtin,
    {{ child_record_columns() }}
from current_lines
