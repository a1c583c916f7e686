-- One row per category of units; units convert within a category only; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'uom_category')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as uom_category_id,
    {{ text_value('name') }} as uom_category_name,
    created_at,
    {{ record_columns() }}
from current_records
