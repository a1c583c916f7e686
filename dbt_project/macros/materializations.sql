{#
    Views and tables on DuckDB are replaced in one statement. dbt makes each under another name, renames the old one and it, and
    drops the old one; DuckDB goes through all that a view reads for every one of those statements, and a warehouse has one writer,
    who needs nothing under two names.
#}
{% materialization view, adapter='duckdb' %}
    {%- set target = replaceable('view') -%}
    {%- call statement('main') -%}
        {%- if config.get('contract').enforced -%} {{ get_assert_columns_equivalent(compiled_code) }} {%- endif %}
        create or replace view {{ target }} as ({{ compiled_code }})
    {%- endcall -%}
    {{ return(replaced(target)) }}
{% endmaterialization %}

{% materialization table, adapter='duckdb' %}
    {%- set target = replaceable('table') -%}
    {%- call statement('main') -%}
        {%- if config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(compiled_code) }}
            create or replace table {{ target }} {{ get_table_columns_and_constraints() }};
            insert into {{ target }} {{ get_column_names() }} ({{ get_select_subquery(compiled_code) }})
        {%- else -%}
            create or replace table {{ target }} as ({{ compiled_code }})
        {%- endif -%}
    {%- endcall -%}
    {{ return(replaced(target)) }}
{% endmaterialization %}

{# What a model is made as, once nothing of another kind has its name. #}
{% macro replaceable(type) -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and existing.type != type -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {{ return(this.incorporate(type=type)) }}
{%- endmacro %}

{% macro replaced(target) -%}
    {%- do persist_docs(target, model) -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmacro %}
