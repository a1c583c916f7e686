-- One row per delivery of an order line that is asked for: how many, where and when; current versions only.
with current_lines as (
    {{ current_children(source('raw_oracle_fusion', 'purchase_order_schedule'), ref('stg_oracle_fusion__purchase_order')) }}
)

select
    _line_no as line_no,
    cast(purchase_order_id as {{ dbt.type_string() }}) as purchase_order_id,
    cast(purchase_order_line_id as {{ dbt.type_string() }}) as purchase_order_line_id,
    cast(schedule_id as {{ dbt.type_string() }}) as schedule_id,
    schedule_number,
    status as schedule_status,
    cast(qty as decimal(18, 6)) as qty,
    {{ text_value('ship_to_organization_code') }} as ship_to_organization_code,
    {{ text_value('ship_to_location_code') }} as ship_to_location_code,
    {{ text_value('destination_type') }} as destination_type,
    requested_date,
    promised_date,
    {{ text_value('match_option') }} as match_option,
    {{ text_value('match_level') }} as match_level,
    is_accrued_at_receipt,
    cast(over_receipt_percent as decimal(9, 4)) as over_receipt_percent,
    cast(invoice_close_percent as decimal(9, 4)) as invoice_close_percent,
    cast(receipt_close_percent as decimal(9, 4)) as receipt_close_percent,
    {{ child_record_columns() }}
from current_lines
