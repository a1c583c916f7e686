-- One row per unit of measure; current versions only. Tryton keeps factor and rate as floats of twelve places, and only
-- one of a pair is exact (factor 24, rate 0.041666666667): the exact one is that with the smaller denominator.
with current_records as (
    {{ current_version(source('raw_tryton', 'uom')) }}
),

in_trillionths as (
    select
        current_records.*,
        {{ whole_units('factor', 12) }} as factor_units,
        {{ whole_units('rate', 12) }} as rate_units,
        {{ whole_units('1', 12) }} as one_unit
    from current_records
),

with_divisors as (
    select
        in_trillionths.*,
        {{ greatest_common_divisor('factor_units', 'one_unit') }} as factor_divisor,
        {{ greatest_common_divisor('rate_units', 'one_unit') }} as rate_divisor
    from in_trillionths
)

select
    cast(id as {{ dbt.type_string() }}) as uom_id,
    {{ text_value('name') }} as uom_name,
    {{ text_value('symbol') }} as uom_symbol,
    cast(category_id as {{ dbt.type_string() }}) as category_id,
    cast(case
        when factor_divisor >= rate_divisor then {{ whole_quotient('factor_units', 'factor_divisor') }}
        else {{ whole_quotient('one_unit', 'rate_divisor') }}
    end as bigint) as ratio_num,
    cast(case
        when factor_divisor >= rate_divisor then {{ whole_quotient('one_unit', 'factor_divisor') }}
        else {{ whole_quotient('rate_units', 'rate_divisor') }}
    end as bigint) as ratio_den,
    digits,
    active as is_active,
    created_at,
    {{ record_columns() }}
from with_divisors
