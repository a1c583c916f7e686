-- One row per product released to a company and version of it that was landed, from when to when it held; the current one
-- included.
with landed_records as (
    {{ landed_versions(source('raw_d365', 'released_product')) }}
)

select
    company_code,
    item_number,
    {{ text_value('name') }} as item_description,
    {{ text_value('product_group') }} as item_group_code,
    {{ text_value('lifecycle_state') }} as lifecycle_state,
    valid_from_at,
    valid_to_at,
    {{ record_columns() }}
from landed_records
