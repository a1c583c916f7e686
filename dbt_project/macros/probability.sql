{# An average for the reckoning of chances, which are no money: a floating number; null of nothing. #}
{% macro mean_of(total, count) -%}
    cast({{ total }} as double precision) / nullif(cast({{ count }} as double precision), 0)
{%- endmacro %}

{# The upper tail of the standard normal distribution, to seven places (Abramowitz and Stegun, 26.2.17); `z` is a float. #}
{% macro normal_upper_tail(z) -%}
    {%- set t = '(1.0 / (1.0 + 0.2316419 * abs(' ~ z ~ ')))' -%}
    {%- set density = '(0.3989422804014327 * exp(-0.5 * (' ~ z ~ ') * (' ~ z ~ ')))' -%}
    {%- set tail -%}
        ({{ density }} * {{ t }} * (0.319381530 + {{ t }} * (-0.356563782 + {{ t }} * (1.781477937
            + {{ t }} * (-1.821255978 + {{ t }} * 1.330274429)))))
    {%- endset -%}
    case when {{ z }} >= 0 then {{ tail }} else 1.0 - {{ tail }} end
{%- endmacro %}
