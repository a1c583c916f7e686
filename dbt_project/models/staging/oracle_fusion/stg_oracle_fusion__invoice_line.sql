-- One row per line of an invoice, freight and tax included; current versions only.
with current_lines as (
    {{ current_children(source('raw_oracle_fusion', 'invoice_line'), ref('stg_oracle_fusion__invoice')) }}
)

select
    _line_no as line_no,
    cast(invoice_id as {{ dbt.type_string() }}) as invoice_id,
    line_number as invoice_line_number,
    line_type as invoice_line_type,
    cast(amount as decimal(18, 2)) as amount,
    {{ text_value('description') }} as item_description,
    cast(qty as decimal(18, 6)) as qty,
    upper({{ text_value('uom_code') }}) as uom_code,
    cast(unit_price as decimal(18, 6)) as unit_price,
    {{ text_value('purchase_order_number') }} as po_number,
    purchase_order_line_number as po_line_number,
    schedule_number,
    {{ text_value('receipt_number') }} as receipt_number,
    receipt_line_number,
    {{ text_value('charge_account') }} as charge_account,
    nullif({{ dbt.split_part('charge_account', "'-'", 1) }}, '') as company_code,
    nullif(nullif({{ dbt.split_part('charge_account', "'-'", 2) }}, ''), '00000') as cost_center_code,
    nullif({{ dbt.split_part('charge_account', "'-'", 3) }}, '') as account_code,
    {{ child_record_columns() }}
from current_lines
