-- One row per account that a schedule of an order is charged to; current versions only.
with current_lines as (
    {{ current_children(source('raw_oracle_fusion', 'purchase_order_distribution'), ref('stg_oracle_fusion__purchase_order')) }}
)

select
    _line_no as line_no,
    cast(purchase_order_id as {{ dbt.type_string() }}) as purchase_order_id,
    cast(purchase_order_line_id as {{ dbt.type_string() }}) as purchase_order_line_id,
    cast(schedule_id as {{ dbt.type_string() }}) as schedule_id,
    cast(distribution_id as {{ dbt.type_string() }}) as distribution_id,
    distribution_number,
    {{ text_value('charge_account') }} as charge_account,
    nullif({{ dbt.split_part('charge_account', "'-'", 1) }}, '') as company_code,
    nullif(nullif({{ dbt.split_part('charge_account', "'-'", 2) }}, ''), '00000') as cost_center_code,
    nullif({{ dbt.split_part('charge_account', "'-'", 3) }}, '') as account_code,
    cast(qty as decimal(18, 6)) as qty,
    cast(percent as decimal(9, 4)) as charged_percent,
    {{ child_record_columns() }}
from current_lines
