-- One row per product template: what its variants share; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'product_template')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as product_template_id,
    {{ text_value('code') }} as product_template_code,
    {{ text_value('name') }} as product_template_name,
    type as product_template_type,
    is_consumable,
    cast(default_uom_id as {{ dbt.type_string() }}) as default_uom_id,
    cast(account_category_id as {{ dbt.type_string() }}) as account_category_id,
    active as is_active,
    created_at,
    {{ record_columns() }}
from current_records
