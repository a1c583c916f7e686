-- One row per released product with a GTIN. Dynamics does not say which unit of measure it stands on.
select
    {{ feed_origin('d365') }},
    {{ source_key(['company_code', 'item_number']) }} as source_item_key,
    cast('GTIN' as {{ dbt.type_string() }}) as identifier_type,
    gtin as identifier_value,
    {{ no_text() }} as source_uom_code,
    {{ audit_columns('product') }}
from {{ ref('stg_d365__released_product') }} as product
where gtin is not null
