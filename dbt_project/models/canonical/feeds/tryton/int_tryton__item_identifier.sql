-- One row per identifier of a product variant.
select
    {{ feed_origin('tryton') }},
    product_id as source_item_key,
    case when product_identifier_type = 'ean' then 'GTIN' end as identifier_type,
    product_identifier_code as identifier_value,
    {{ no_text() }} as source_uom_code,
    {{ audit_columns('identifier') }}
from {{ ref('stg_tryton__product_identifier') }} as identifier
where product_identifier_code is not null
