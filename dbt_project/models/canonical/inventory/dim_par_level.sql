-- One row per item and location that is filled up: to which level, from which on, in steps of how much, in base units.
with pars as (
    {{ united('par_level') }}
)

select
    {{ surrogate_key(['line.source_instance', 'line.source_pk']) }} as par_level_key,
    coalesce(location.location_key, {{ unknown_key() }}) as location_key,
    coalesce(facility.facility_code, location.facility_code, {{ unknown_key() }}) as facility_key,
    coalesce(reference.item_key, {{ unknown_key() }}) as item_key,
    coalesce(unit.uom_code, mapped_unit.uom_code, {{ unknown_key() }}) as uom_code,
    line.source_uom_code,
    line.par_qty,
    {{ base_quantity('line', 'unit', 'par_qty') }} as par_base_qty,
    {{ base_quantity('line', 'unit', 'reorder_point_qty') }} as reorder_point_base_qty,
    {{ base_quantity('line', 'unit', 'order_multiple_qty') }} as order_multiple_base_qty,
    line.par_set_at,
    line.source_system,
    line.source_instance,
    line.source_pk,
    {{ audit_columns('line') }}
from pars as line
{{ item_join('line', 'reference') }}
{{ unit_joins('line', 'unit', 'mapped_unit') }}
{{ place_joins('line', 'location', 'facility') }}
