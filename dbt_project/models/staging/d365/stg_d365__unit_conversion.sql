-- One row per product and pair of units that it converts; current versions only. What is offset is no count.
with current_records as (
    {{ current_version(source('raw_d365', 'unit_conversion')) }}
)

select
    product_number,
    upper({{ text_value('from_uom_code') }}) as from_uom_code,
    upper({{ text_value('to_uom_code') }}) as to_uom_code,
    cast(factor as decimal(38, 12)) as factor,
    cast(numerator as integer) as numerator,
    cast(denominator as integer) as denominator,
    {{ record_columns() }}
from current_records
where coalesce(inner_offset, 0) = 0 and coalesce(outer_offset, 0) = 0
