-- One row per item of a source system and unit that it says converts to its base unit, in lowest terms: qty_num base units
-- are qty_den of the unit. A ratio that is not positive says nothing.
with stated as (
    {{ united('item_unit') }}
),

with_divisors as (
    select
        stated.*,
        {{ greatest_common_divisor(
            'cast(base_qty_numerator as ' ~ type_whole() ~ ')', 'cast(base_qty_denominator as ' ~ type_whole() ~ ')'
        ) }} as divisor
    from stated
    where base_qty_numerator > 0 and base_qty_denominator > 0
)

select
    source_system,
    source_instance,
    source_item_key,
    source_uom_code,
    cast({{ whole_quotient('cast(base_qty_numerator as ' ~ type_whole() ~ ')', 'divisor') }} as bigint) as qty_num,
    cast({{ whole_quotient('cast(base_qty_denominator as ' ~ type_whole() ~ ')', 'divisor') }} as bigint) as qty_den,
    is_base_uom,
    {{ audit_columns('with_divisors') }}
from with_divisors
