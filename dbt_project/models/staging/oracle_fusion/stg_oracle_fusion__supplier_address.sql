-- One row per address of a supplier; current versions only.
with current_lines as (
    {{ current_children(source('raw_oracle_fusion', 'supplier_address'), ref('stg_oracle_fusion__supplier')) }}
)

select
    _line_no as line_no,
    cast(supplier_id as {{ dbt.type_string() }}) as supplier_id,
    cast(address_id as {{ dbt.type_string() }}) as supplier_address_id,
    {{ text_value('address_name') }} as address_name,
    {{ text_value('street') }} as street,
    {{ text_value('city') }} as city,
    {{ text_value('state') }} as state,
    {{ text_value('postal_code') }} as postal_code,
    {{ text_value('country_code') }} as country_code,
    {{ text_value('status') }} as address_status,
    {{ child_record_columns() }}
from current_lines
