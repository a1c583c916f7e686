-- One row per material and unit of measure: numerator base units are denominator of the unit.
select
    {{ feed_origin('sap_s4', 'unit.source_instance') }},
    unit.item_number as source_item_key,
    unit.uom_code as source_uom_code,
    cast({{ whole_units('unit.base_qty_numerator', 6) }} as decimal(38, 0)) as base_qty_numerator,
    cast({{ whole_units('unit.base_qty_denominator', 6) }} as decimal(38, 0)) as base_qty_denominator,
    unit.uom_code = product.base_uom_code as is_base_uom,
    {{ audit_columns('unit') }}
from {{ ref('stg_sap_s4__product_unit') }} as unit
inner join {{ ref('stg_sap_s4__product') }} as product
    on unit.source_instance = product.source_instance and unit.item_number = product.item_number
