{# Minutes from one moment to another, to the hundredth; null where one of them is. #}
{% macro minutes_between(start, finish) -%}
    cast({{ div_exact(dbt.datediff(start, finish, 'second'), '60', 2) }} as decimal(18, 2))
{%- endmacro %}

{# Hours from one moment to another, to the hundredth, negative where they come the other way round; null where one is. #}
{% macro hours_between(start, finish) -%}
    cast({{ div_exact(dbt.datediff(start, finish, 'second'), '3600', 2) }} as decimal(18, 2))
{%- endmacro %}
