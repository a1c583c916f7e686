-- One row per supply line of a case, void ones included; current versions only.
with current_lines as (
    {{ current_children(source('raw_perioperative', 'case_supply'), ref('stg_perioperative__surgical_case')) }}
)

select
    _line_no as line_no,
    case_key,
    cast(line_id as {{ dbt.type_string() }}) as case_supply_line_id,
    supply_id,
    {{ text_value('erp_item') }} as item_number,
    {{ text_value('description') }} as supply_description,
    udi_di,
    udi_token,
    lot_token,
    serial_token,
    expires_on as expiry_date,
    qty_picked,
    qty_used,
    qty_wasted,
    qty_returned,
    is_implant,
    ownership,
    documented_at,
    {{ text_value('documented_by_role') }} as documented_by_role,
    is_voided as is_void,
    cast(void_of_line_id as {{ dbt.type_string() }}) as void_of_line_id,
    {{ child_record_columns() }}
from current_lines
