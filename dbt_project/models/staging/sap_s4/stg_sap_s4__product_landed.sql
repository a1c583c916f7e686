-- One row per product of the item master and version of it that was landed, from when to when it held; the current one
-- included.
with landed_records as (
    {{ landed_versions(source('raw_sap_s4', 'product')) }}
)

select
    product as item_number,
    product_type as item_type,
    {{ text_value('cross_plant_status') }} as item_status_code,
    is_marked_for_deletion as is_deleted,
    {{ text_value('product_group') }} as product_group,
    valid_from_at,
    valid_to_at,
    {{ record_columns() }}
from landed_records
