-- One row per par level of an item at a location.
select
    {{ feed_origin('inventory', 'par.source_instance') }},
    {{ source_key(['par.location_id', 'par.item_number']) }} as source_pk,
    par.location_id as location_source_key,
    place.facility_code as facility_source_code,
    par.item_number as item_source_key,
    par.par_qty,
    par.reorder_point_qty,
    par.order_multiple_qty,
    par.uom_code as source_uom_code,
    par.par_set_at,
    {{ audit_columns('par') }}
from {{ ref('stg_inventory__par') }} as par
left join {{ ref('stg_inventory__location') }} as place
    on par.source_instance = place.source_instance and par.location_id = place.location_id
