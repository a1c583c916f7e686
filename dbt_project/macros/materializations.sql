{#
    Views and tables on DuckDB are replaced in one statement, and only where there is anything new to say (changes.sql). dbt makes
    each under another name, renames the old one and it, and drops the old one; DuckDB goes through all that a view reads for every
    one of those statements, and a warehouse has one writer, who needs nothing under two names.
#}
{% materialization view, adapter='duckdb' %}
    {%- set target = replaceable('view') -%}
    {%- set name = this.schema ~ '.' ~ this.name -%}
    {%- set kept = run_query("select code from changes.view where name = " ~ quoted(name)) -%}
    {%- if existing_is(target) and not flags.FULL_REFRESH and kept.rows and kept.rows[0][0] == compiled_code -%}
        {%- call noop_statement('main', message='UNCHANGED') -%} {{ compiled_code }} {%- endcall -%}
    {%- else -%}
        {%- call statement('main') -%}
            {%- if config.get('contract').enforced -%} {{ get_assert_columns_equivalent(compiled_code) }} {%- endif %}
            create or replace view {{ target }} as ({{ compiled_code }});
            delete from changes.view where name = {{ quoted(name) }};
            insert into changes.view values ({{ quoted(name) }}, {{ quoted(compiled_code) }})
        {%- endcall -%}
    {%- endif -%}
    {{ return(replaced(target)) }}
{% endmaterialization %}

{% materialization table, adapter='duckdb' %}
    {%- set target = replaceable('table') -%}
    {%- set name = this.schema ~ '.' ~ this.name -%}
    {%- set read = read_by(model) -%}
    {%- set code = compiled_code | replace(invocation_id, '') ~ read.checksums | unique | sort | join -%}
    {%- set inputs = seen_inputs(name, read, code) -%}
    {%- set is_new = flags.FULL_REFRESH or not existing_is(target) or inputs | selectattr('was', 'none') | list -%}
    {%- set changed = [] -%}
    {%- for input in inputs if input.was != input.is_now -%} {%- do changed.append(input) -%} {%- endfor -%}

    {%- if is_new -%}
        {%- call statement('main') -%} {{ made_whole(target, compiled_code) }} {%- endcall -%}
        {%- call statement('noted') -%} {{ note_version(name, kept=false) }} {{ note_seen(name, inputs) }} {%- endcall -%}
        {#- Asked once for each SQL: here, and not on the first day that changes something. #}
        {%- if config.get('unit') -%} {%- do what_it_reads(name, code_of(inputs), read) -%} {%- endif -%}
    {%- elif not changed -%}
        {%- call noop_statement('main', message='UNCHANGED') -%} {{ compiled_code }} {%- endcall -%}
    {%- else -%}
        {%- set touched = touched_units(name, read, inputs, changed) -%}
        {%- if touched is none or touched -%}
            {{ remake(target, name, read, touched, inputs) }}
        {%- else -%}
            {%- call noop_statement('main', message='UNTOUCHED') -%} {{ compiled_code }} {%- endcall -%}
        {%- endif -%}
        {%- call statement('noted') -%} {{ note_seen(name, inputs) }} {%- endcall -%}
    {%- endif -%}
    {{ return(replaced(target)) }}
{% endmaterialization %}

{% macro existing_is(target) -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ return(existing is not none and existing.type == target.type) }}
{%- endmacro %}

{% macro made_whole(target, sql) -%}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
        create or replace table {{ target }} {{ get_table_columns_and_constraints() }};
        insert into {{ target }} {{ get_column_names() }} ({{ get_select_subquery(sql) }});
    {%- else -%}
        create or replace table {{ target }} as ({{ sql }});
    {%- endif -%}
{%- endmacro %}

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
