-- One row per count of an item at a location.
select
    {{ feed_origin('inventory', 'counted.source_instance') }},
    {{ source_key(['counted.location_id', 'counted.count_seq']) }} as source_pk,
    counted.count_id as count_number,
    counted.location_id as location_source_key,
    place.facility_code as facility_source_code,
    counted.item_number as item_source_key,
    counted.book_qty,
    counted.counted_qty,
    counted.variance_qty,
    counted.uom_code as source_uom_code,
    cast({{ wall_clock_of('counted.counted_at', 'place.time_zone_name') }} as date) as count_date,
    counted.counted_at,
    {{ audit_columns('counted') }}
from {{ ref('stg_inventory__stock_count') }} as counted
left join {{ ref('stg_inventory__location') }} as place
    on counted.source_instance = place.source_instance and counted.location_id = place.location_id
