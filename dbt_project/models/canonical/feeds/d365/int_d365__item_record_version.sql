-- One row per version of a released product of a company of Dynamics.
select
    {{ feed_origin('d365') }},
    {{ source_key(['company_code', 'item_number']) }} as source_item_key,
    item_description,
    item_group_code as source_category,
    {{ no_text() }} as source_item_type,
    coalesce(lifecycle_state, 'Active') = 'Active' as is_active,
    valid_from_at,
    valid_to_at,
    {{ audit_columns('product') }}
from {{ ref('stg_d365__released_product_landed') }} as product
