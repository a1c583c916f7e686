-- One row per line of a vendor invoice; freight and tax are lines; current versions only.
with current_lines as (
    {{ current_children(source('raw_d365', 'vendor_invoice_line'), ref('stg_d365__vendor_invoice')) }}
)

select
    _line_no as line_no,
    company_code,
    invoice_id,
    line_number as invoice_line,
    {{ text_value('po_number') }} as po_number,
    nullif(po_line_number, 0) as po_line,
    {{ text_value('receipt_number') }} as receipt_number,
    {{ text_value('item_number') }} as item_number,
    {{ text_value('description') }} as invoice_line_description,
    cast(quantity as decimal(18, 6)) as qty,
    upper({{ text_value('uom_code') }}) as uom_code,
    cast(unit_price as decimal(18, 6)) as unit_price,
    cast(amount as decimal(18, 2)) as amount,
    {{ text_value('category') }} as category_name,
    nullif({{ dbt.split_part('default_dimensions', "'-'", 1) }}, '') as account_code,
    nullif({{ dbt.split_part('default_dimensions', "'-'", 2) }}, '') as facility_code,
    nullif({{ dbt.split_part('default_dimensions', "'-'", 3) }}, '') as cost_center_code,
    {{ child_record_columns() }}
from current_lines
