{# The columns of a model that say something of the business: all that are not tagged `audit` in its YAML. #}
{% macro business_columns(described_columns, all_columns) %}
    {%- set kept = [] -%}
    {%- for name in all_columns -%}
        {%- if not described_columns.get(name, {}).get('meta', {}).get('audit', false) -%}
            {%- do kept.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(kept) }}
{% endmacro %}

{#
    One hash per row over the business columns, for comparing two histories of a mart:
    dbt run-operation is not needed, compile `analyses/row_hashes.sql`, or call this in a query.
#}
{% macro row_hash(columns) -%}
    md5({% for column in columns %}coalesce(cast({{ column }} as {{ dbt.type_string() }}), '~null~'){% if not loop.last %} || '|' || {% endif %}{% endfor %})
{%- endmacro %}
