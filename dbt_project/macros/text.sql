{# Text as a value: blanks at the ends removed, and empty text is no value. #}
{% macro text_value(column) -%} nullif(trim({{ column }}), '') {%- endmacro %}

{# The id in a reference written `model,id`, where it is of that model; null otherwise. Tryton writes -1 for "none". #}
{% macro referenced_id(column, model) -%}
    case
        when {{ column }} like '{{ model }},%' and {{ dbt.split_part(column, "','", 2) }} <> '-1'
            then {{ dbt.split_part(column, "','", 2) }}
    end
{%- endmacro %}

{# Every match of a pattern taken out. #}
{% macro without_pattern(column, pattern) -%} {{ return(adapter.dispatch('without_pattern')(column, pattern)) }} {%- endmacro %}
{% macro default__without_pattern(column, pattern) -%} regexp_replace({{ column }}, '{{ pattern }}', '') {%- endmacro %}
{% macro duckdb__without_pattern(column, pattern) -%} regexp_replace({{ column }}, '{{ pattern }}', '', 'g') {%- endmacro %}
{% macro postgres__without_pattern(column, pattern) -%} regexp_replace({{ column }}, '{{ pattern }}', '', 'g') {%- endmacro %}
