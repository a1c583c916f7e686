{#
    Arithmetic on money, prices and quantities without a float in between.
    DuckDB's `/` on decimals gives a DOUBLE, and DECIMAL(18,6) times DECIMAL(18,6) overflows: so everything is cast up
    first, divided as whole numbers, and rounded (half away from zero) once, where it is said. The same rows come out
    of every engine. No bare `/` stands in a model; a test bans it.
#}

{# The widest whole number of the engine: 38 digits. #}
{% macro type_whole() -%} {{ return(adapter.dispatch('type_whole')()) }} {%- endmacro %}
{% macro default__type_whole() -%} decimal(38, 0) {%- endmacro %}
{% macro duckdb__type_whole() -%} hugeint {%- endmacro %}

{# Whole quotient of two whole numbers that are not negative. #}
{% macro whole_quotient(numerator, denominator) -%}
    {{ return(adapter.dispatch('whole_quotient')(numerator, denominator)) }}
{%- endmacro %}
{% macro default__whole_quotient(numerator, denominator) -%} (({{ numerator }}) div ({{ denominator }})) {%- endmacro %}
{% macro duckdb__whole_quotient(numerator, denominator) -%} (({{ numerator }}) // ({{ denominator }})) {%- endmacro %}
{% macro postgres__whole_quotient(numerator, denominator) -%} div({{ numerator }}, {{ denominator }}) {%- endmacro %}

{# A decimal as a whole number of its `scale`-th decimal place: whole_units('2.5', 2) is 250. #}
{% macro whole_units(value, scale) -%}
    cast(cast({{ value }} as decimal(38, {{ scale }})) * cast(1{{ '0' * scale }} as {{ type_whole() }}) as {{ type_whole() }})
{%- endmacro %}

{# A whole number of the `scale`-th decimal place as a decimal. #}
{% macro from_whole_units(value, scale) -%}
    (cast({{ value }} as decimal(38, 0)) * cast({{ '0.' ~ '0' * (scale - 1) ~ '1' }} as decimal({{ scale + 1 }}, {{ scale }})))
{%- endmacro %}

{# Money from a quantity and a unit price: DECIMAL(18,2), rounded once. #}
{% macro mul_money(quantity, unit_price) -%}
    cast(round(cast({{ quantity }} as decimal(38, 6)) * cast({{ unit_price }} as decimal(38, 6)), 2) as decimal(18, 2))
{%- endmacro %}

{#
    Quotient of two decimals, rounded to `scale`; null when the denominator is 0 or null. The operands count to
    `operand_scale` places: six hold every quantity and price, a rate of exchange has twelve.
#}
{% macro div_exact(numerator, denominator, scale=6, operand_scale=6) -%}
    {%- set dividend = 'abs(' ~ whole_units(numerator, operand_scale) ~ ')' -%}
    {%- set divisor = 'abs(' ~ whole_units(denominator, operand_scale) ~ ')' -%}
    {%- set twice_shifted = 'cast(2' ~ '0' * scale ~ ' as ' ~ type_whole() ~ ')' -%}
    case
        when {{ denominator }} is null or {{ denominator }} = 0 then null
        else cast(
            sign({{ numerator }}) * sign({{ denominator }}) * {{ from_whole_units(
                whole_quotient(dividend ~ ' * ' ~ twice_shifted ~ ' + ' ~ divisor, '2 * ' ~ divisor), scale
            ) }} as decimal(38, {{ scale }})
        )
    end
{%- endmacro %}

{# A quantity in the item's base unit, by the integer ratio of its pack: exact to `scale` places. #}
{% macro to_base_quantity(quantity, pack_num, pack_den, scale=6) -%}
    {{ div_exact('cast(' ~ quantity ~ ' as decimal(38, 6)) * ' ~ pack_num, pack_den, scale) }}
{%- endmacro %}

{# A price per base unit, from a price per pack: price * den : num. #}
{% macro to_base_price(price, pack_num, pack_den, scale=6) -%}
    {{ div_exact('cast(' ~ price ~ ' as decimal(38, 6)) * ' ~ pack_den, pack_num, scale) }}
{%- endmacro %}

{# Greatest common divisor of two whole numbers: reduces the ratio of a pack to lowest terms. #}
{% macro greatest_common_divisor(left, right) -%} {{ return(adapter.dispatch('greatest_common_divisor')(left, right)) }} {%- endmacro %}
{% macro default__greatest_common_divisor(left, right) -%} gcd({{ left }}, {{ right }}) {%- endmacro %}
