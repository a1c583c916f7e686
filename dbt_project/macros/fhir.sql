{# An NDC of ten digits with hyphens as eleven digits, the short part padded; eleven digits stay. Ten digits without
   hyphens could be any of three drugs: null, for review. #}
{% macro ndc_eleven_digits(column) -%}
    case
        when length({{ column }}) = 11 and {{ column }} not like '%-%' then {{ column }}
        when length({{ column }}) in (12, 13) and {{ column }} like '%-%-%'
            then lpad({{ dbt.split_part(column, "'-'", 1) }}, 5, '0')
                || lpad({{ dbt.split_part(column, "'-'", 2) }}, 4, '0')
                || lpad({{ dbt.split_part(column, "'-'", 3) }}, 2, '0')
    end
{%- endmacro %}
