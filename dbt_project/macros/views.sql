{#
    Views on DuckDB are replaced in one statement. dbt makes each under another name and renames it, and DuckDB goes through all that
    the view reads for every one of those statements: a tenth of a second a view, of which there are hundreds.
#}
{% materialization view, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and existing.type != 'view' -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        {%- if config.get('contract').enforced -%} {{ get_assert_columns_equivalent(compiled_code) }} {%- endif %}
        create or replace view {{ target }} as ({{ compiled_code }})
    {%- endcall -%}
    {%- do persist_docs(target, model) -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
