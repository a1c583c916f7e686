-- One row per product variant: what is ordered, received and invoiced; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'product')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as product_id,
    cast(template_id as {{ dbt.type_string() }}) as template_id,
    {{ text_value('code') }} as product_code,
    cast(cost_price as decimal(18, 6)) as cost_price,
    active as is_active,
    created_at,
    {{ record_columns() }}
from current_records
