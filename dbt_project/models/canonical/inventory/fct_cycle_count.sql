{{ config(unit=['source_pk']) }}
-- One row per count of an item at a location: what the books said, what was found. The variance is found less booked.
with counts as (
    {{ united('cycle_count') }}
)

select
    {{ surrogate_key(['line.source_instance', 'line.source_pk']) }} as cycle_count_key,
    line.count_number,
    line.count_date,
    line.counted_at,
    coalesce(location.location_key, {{ unknown_key() }}) as location_key,
    coalesce(facility.facility_code, location.facility_code, {{ unknown_key() }}) as facility_key,
    coalesce(reference.item_key, {{ unknown_key() }}) as item_key,
    coalesce(unit.uom_code, mapped_unit.uom_code, {{ unknown_key() }}) as uom_code,
    line.source_uom_code,
    line.book_qty,
    line.counted_qty,
    {{ base_quantity('line', 'unit', 'book_qty') }} as book_base_qty,
    {{ base_quantity('line', 'unit', 'counted_qty') }} as counted_base_qty,
    {{ base_quantity('line', 'unit', 'variance_qty') }} as variance_base_qty,
    line.source_system,
    line.source_instance,
    line.source_pk,
    {{ audit_columns('line') }}
from counts as line
{{ item_join('line', 'reference') }}
{{ unit_joins('line', 'unit', 'mapped_unit') }}
{{ place_joins('line', 'location', 'facility') }}
