-- One row per canonical unit of measure, and the unknown member.
select
    uom_code,
    x12_355,
    unece,
    ucum,
    uom_label,
    uom_kind
from {{ ref('cfg_uom') }}
union all
select
    {{ unknown_key() }} as uom_code,
    {{ no_text() }} as x12_355,
    {{ no_text() }} as unece,
    {{ no_text() }} as ucum,
    cast('Unknown' as {{ dbt.type_string() }}) as uom_label,
    {{ unknown_key() }} as uom_kind
