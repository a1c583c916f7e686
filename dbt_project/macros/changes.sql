{#
    What has changed since a table read it, and what that touches. A table that says its `unit` (the columns by which it can be
    made anew: an order, an encounter, a facility and month) is made anew for the units that changed rows touch; another, as a
    whole, where anything it reads has changed. Either way its own changed rows are kept for the tables that read it.

    changes.version   table, its version, and the version since which its changed rows are kept
    changes.seen      table and what it has read: which version of what; input '' is its own SQL
    changes.view      the SQL of each view
    changes.columns   the columns of each table, in their order
    changes.plan      by table, its SQL and unit, and a question: what changes/ answers
    changes.load      raw tables that a complete load landed rows in, in the order in which models saw them
    changes.<schema>__<table>   rows that came or went, with the version that they came or went with
#}
{% macro keep_changes() %}
    {%- if target.type == 'duckdb' and execute and run_query(
        "select 1 from duckdb_tables() where database_name = current_database() and schema_name = 'ops' and table_name = 'load'"
    ).rows %}
    create schema if not exists changes;
    create table if not exists changes.version (name varchar, version bigint, kept_from bigint);
    create table if not exists changes.seen (name varchar, input varchar, version varchar);
    create table if not exists changes.view (name varchar, code varchar);
    {#- Of tables that models have not made: asked once, for DuckDB goes through all views to tell the columns of one table. #}
    create or replace table changes.columns as
    select schema_name || '.' || table_name as name, list(column_name order by column_index) as columns
    from duckdb_columns()
    where database_name = current_database() and schema_name <> 'changes'
    group by all;
    create table if not exists changes.plan (name varchar, code varchar, question varchar, answer varchar);
    create table if not exists changes.load (load_id varchar, input varchar, version bigint);
    {#- A load has not changed a table where its audit says that it wrote nothing; one of which nothing is said may have. #}
    insert into changes.load
    select
        load.load_id,
        raw.name as input,
        (select coalesce(max(known.version), 0) + 1 from changes.load as known) as version
    from ops.load as load
    inner join changes.columns as raw
        on starts_with(raw.name, 'raw_' || load.system || '.') and not contains(raw.name, '._dlt_')
    left join ops.load_audit as audited
        on load.load_id = audited.load_id and raw.name = 'raw_' || audited.system || '.' || audited.object
    where
        load.status = 'COMPLETE' and coalesce(audited.landed + audited.superseded, 1) > 0
        and load.load_id not in (select known.load_id from changes.load as known);
    {{ forget_changes() }}
    {%- endif %}
{% endmacro %}

{# Changed rows that every reader of a table has seen are not kept. #}
{% macro forget_changes() %}
    {%- set is_known = run_query(
        "select 1 from duckdb_tables() where database_name = current_database() and schema_name = 'changes' and table_name = 'seen'"
    ).rows -%}
    {%- set seen_by_all -%}
    select made.name, min(cast(seen.version as bigint)) as version
    from changes.version as made
    inner join changes.seen as seen on made.name = seen.input
    group by made.name, made.kept_from
    having min(cast(seen.version as bigint)) > made.kept_from
    {%- endset -%}
    {%- if is_known -%}
    {%- for made in run_query(seen_by_all).rows %}
    delete from {{ changed_rows_of(made[0]) }} where _version <= {{ made[1] }};
    update changes.version set kept_from = {{ made[1] }} where name = {{ quoted(made[0]) }};
    {%- endfor %}
    {%- endif -%}
{% endmacro %}

{#
    What a model reads, views read through: tables that keep their changes, raw tables, sources that do not (others' tables, and what
    is made in another way), views, and what seeds are (their checksums).
#}
{% macro read_by(node, found=none) %}
    {%- set found = found or {'tables': [], 'raw': [], 'sources': [], 'views': [], 'seeds': [], 'checksums': []} -%}
    {%- for unique_id in node.depends_on.nodes -%}
        {%- if unique_id in graph.sources -%}
            {%- set input = graph.sources[unique_id] -%}
            {%- if input.schema.startswith('raw_') -%}
                {%- do found.raw.append(input.schema ~ '.' ~ input.name) -%}
            {%- else -%}
                {%- do found.sources.append(input.schema ~ '.' ~ input.name) -%}
            {%- endif -%}
        {%- else -%}
            {%- set input = graph.nodes[unique_id] -%}
            {%- set name = input.schema ~ '.' ~ input.name -%}
            {%- if input.resource_type == 'seed' -%}
                {%- do found.seeds.append(name) -%}
                {#- Of a seed beyond a megabyte dbt knows no more than the path. #}
                {%- if input.checksum.name == 'path' -%} {%- do found.sources.append(name) -%} {%- endif -%}
                {%- do found.checksums.append(input.checksum.checksum) -%}
            {%- elif input.config.materialized == 'table' -%}
                {%- do found.tables.append(name) -%}
            {%- elif input.config.materialized != 'view' -%}
                {%- do found.sources.append(name) -%}
            {%- elif name not in found.views -%}
                {%- do found.views.append(name) -%}
                {%- do read_by(input, found) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do return(found) -%}
{% endmacro %}

{% macro quoted_list(values) -%}
    {%- for value in values -%} '{{ value | string | replace("'", "''") }}'{{ ', ' if not loop.last }} {%- endfor -%}
    {%- if not values -%} null {%- endif -%}
{%- endmacro %}

{% macro quoted(value) -%} '{{ value | string | replace("'", "''") }}' {%- endmacro %}

{# Another number makes all anew, where rows were kept wrongly before. 2: a source's own `run_id` was no difference. #}
{% macro way_of_keeping() -%} 2 {%- endmacro %}

{#
    Of each input `input, was, is_now, kept_from`: what the model has seen of it and what there is now. `was` is none where it has
    seen none. Of a source that keeps no changes there is a hash of all that it says.
#}
{% macro seen_inputs(name, read, code) %}
    {%- set inputs = read.tables | unique | list -%}
    {%- set sources = read.sources | unique | list -%}
    {%- set asked -%}
    with now as (
        select '' as input, md5({{ quoted(code ~ way_of_keeping()) }} || coalesce((
            select string_agg(code, ';' order by name) from changes.view where name in ({{ quoted_list(read.views | unique | list) }})
        ), '') || coalesce((
            select string_agg(columns::varchar, ';' order by name) from changes.columns where name in ({{ quoted_list(inputs) }})
        ), '')) as version, '' as kept_from
        union all
        select input.name, coalesce(cast(made.version as varchar), '0'), coalesce(cast(made.kept_from as varchar), '0')
        from (select unnest([{{ quoted_list(inputs) }}]) as name) as input
        left join changes.version as made on input.name = made.name
        where input.name is not null
        union all
        select input.name, cast(coalesce(max(landed.version), 0) as varchar), '0'
        from (select unnest([{{ quoted_list(read.raw | unique | list) }}]) as name) as input
        left join changes.load as landed on input.name = landed.input
        where input.name is not null
        group by input.name
        {#- Of loads, raw tables ask no more than which are complete. #}
        {%- for source in sources if not (source == 'ops.load' and read.raw) %}
        union all
        select '{{ source }}', cast(hash(count(*), sum(hash(input)::hugeint)) as varchar), '' from {{ source }} as input
        {%- endfor %}
    )

    select now.input, seen.version as was, now.version as is_now, now.kept_from
    from now
    left join changes.seen as seen on seen.name = {{ quoted(name) }} and seen.input = now.input
    {%- endset -%}
    {%- set found = [] -%}
    {%- for row in run_query(asked).rows -%}
        {%- do found.append({'input': row[0], 'was': row[1], 'is_now': row[2], 'kept_from': row[3]}) -%}
    {%- endfor -%}
    {%- do return(found) -%}
{% endmacro %}

{% macro note_seen(name, inputs) %}
    delete from changes.seen where name = {{ quoted(name) }};
    insert into changes.seen values
    {%- for input in inputs %}
    ({{ quoted(name) }}, {{ quoted(input.input) }}, {{ quoted(input.is_now) }}){{ ',' if not loop.last }}
    {%- endfor %};
{% endmacro %}

{# A new version of a table; `kept` where its changed rows are noted, else whoever reads it reads all of it. #}
{% macro note_version(name, kept) %}
    {%- set version = "coalesce((select max(made.version) from changes.version as made where made.name = " ~ quoted(name) ~ "), 0) + 1" %}
    create or replace temp table new_version as
    select
        {{ version }} as version,
        {% if kept -%}
        coalesce((select max(made.kept_from) from changes.version as made where made.name = {{ quoted(name) }}), 0)
        {%- else -%} {{ version }} {%- endif %} as kept_from;
    {%- if not kept %}
    drop table if exists {{ changed_rows_of(name) }};
    delete from changes.columns where name = {{ quoted(name) }};
    insert into changes.columns select {{ quoted(name) }}, list(column_name) from (describe {{ name }});
    {%- endif %}
    delete from changes.version where name = {{ quoted(name) }};
    insert into changes.version select {{ quoted(name) }}, version, kept_from from new_version;
{% endmacro %}

{% macro changed_rows_of(name) -%} changes."{{ name | replace('.', '__') }}" {%- endmacro %}

{#
    Whether changed rows touch any unit; the table `touched` has which. None where they may touch every one (no unit, other SQL, an
    input that keeps no changes).
#}
{% macro touched_units(name, read, inputs, changed) %}
    {%- set unit = config.get('unit') -%}
    {%- if not unit -%} {%- do return(none) -%} {%- endif -%}
    {%- for input in changed -%}
        {%- if input.input == '' or input.kept_from == '' or input.was | int < input.kept_from | int -%} {%- do return(none) -%} {%- endif -%}
    {%- endfor -%}
    {%- set code = code_of(inputs) -%}
    {%- set columns = what_it_reads(name, code, read).columns -%}
    {%- if not columns -%} {%- do return(none) -%} {%- endif -%}
    {%- set changed = changed | selectattr('input', 'in', columns) | list -%}
    {%- if not changed -%} {%- do return(false) -%} {%- endif -%}
    {%- call statement('changed_rows') -%}
        {%- for input in changed %} {{ changed_rows(input, read, columns[input.input]) }}; {%- endfor %}
    {%- endcall -%}
    {%- set touching = [] -%}
    {%- for row in run_query(changed_inputs(changed)).rows -%} {%- do touching.append(row[0]) -%} {%- endfor -%}
    {%- if not touching -%} {%- do return(false) -%} {%- endif -%}
    {%- set query = answer(name, code, read, touching | join(','), 'touched_units', quoted(tojson(touching)) ~ ',') -%}
    {%- if query is none -%} {%- do return(none) -%} {%- endif -%}
    {%- call statement('touched') -%} create or replace temp table touched as {{ query }} {%- endcall -%}
    {%- do return(run_query('select count(*) from touched').rows[0][0] > 0) -%}
{% endmacro %}

{# What a model's SQL and all that it is written on come to. #}
{% macro code_of(inputs) -%} {{ return((inputs | selectattr('input', 'equalto', '') | first).is_now) }} {%- endmacro %}

{# What has changed in an input since the model read it, in the columns that it depends on: each row as it was and as it is. #}
{% macro changed_rows(input, read, columns) %}
    create or replace temp table {{ changed_name(input) }} as
    {%- if input.input in read.raw %}
    select raw.* from {{ input.input }} as raw
    where raw._load_id in (
        select landed.load_id from changes.load as landed
        where landed.input = '{{ input.input }}' and landed.version > {{ input.was }}
    )
    {%- else %}
    {#- A row that went and came again as this model reads it has not changed. #}
    select {{ columns | join(', ') }}
    from {{ changed_rows_of(input.input) }}
    where _version > {{ input.was }}
    group by {{ columns | join(', ') }}
    having sum(case when _came then 1 else -1 end) <> 0
    {%- endif -%}
{% endmacro %}

{% macro changed_name(input) -%} changed_{{ input.input | replace('.', '__') }} {%- endmacro %}

{% macro changed_inputs(changed) -%}
    {%- for input in changed -%}
    select '{{ input.input }}' where exists (from {{ changed_name(input) }})
    {%- if not loop.last %} union all {% else %} order by 1 {% endif -%}
    {%- endfor -%}
{%- endmacro %}

{# The columns that a model's result depends on, by table, and the query of touched units alone. #}
{% macro what_it_reads(name, code, read) -%}
    {{ return(fromjson(answer(name, code, read, 'what it reads', 'what_it_reads'))) }}
{%- endmacro %}

{# What changes/ answers about a model's SQL (functions of SQL: changes/plugin.py), kept as long as its SQL and unit are the same. #}
{% macro answer(name, code, read, question, function, arguments='') %}
    {%- set unit = tojson(config.get('unit')) -%}
    {%- set code = code ~ ' ' ~ unit -%}
    {%- set kept = "select answer from changes.plan where name = " ~ quoted(name) ~ " and question = " ~ quoted(question)
        ~ " and code = " ~ quoted(code) -%}
    {%- set found = run_query(kept).rows -%}
    {%- if not found -%}
        {%- call statement('plan') -%}
            {#- Of what other inputs may have touched together, nothing is kept. #}
            delete from changes.plan
            where
                name = {{ quoted(name) }}
                and (
                    code <> {{ quoted(code) }} {%- if question != 'what it reads' %} or question <> 'what it reads' {%- endif %}
                );
            insert into changes.plan
            select {{ quoted(name) }}, {{ quoted(code) }}, {{ quoted(question) }}, {{ function }}(
                {{ quoted(compiled_code | replace(invocation_id, '<invocation_id>')) }}, {{ quoted(unit) }}, {{ arguments }}
                coalesce((
                    select json_group_object(name, code) from changes.view
                    where name in ({{ quoted_list(read.views | unique | list) }})
                ), '{}'),
                (
                    select json_group_object(name, columns) from changes.columns
                    where name in ({{ quoted_list((read.tables + read.raw + read.sources + read.seeds) | unique | list) }})
                )
            )
        {%- endcall -%}
        {%- set found = run_query(kept).rows -%}
    {%- endif -%}
    {%- do return(found[0][0]) -%}
{% endmacro %}

{% macro same_unit(relation, other) -%}
    {%- for column in config.get('unit') -%}
    {{ relation }}.{{ column }} is not distinct from {{ other }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#
    Makes a table anew, where it is touched or everywhere, keeps what differs, and puts it in place. Which run wrote a row is no
    difference.
#}
{% macro remake(target, name, read, is_touched, inputs) %}
    {%- set kept_rows, unit, code = changed_rows_of(name), config.get('unit'), inputs | selectattr('input', 'equalto', '') | first -%}
    {%- set sql = is_touched and what_it_reads(name, code.is_now, read).narrowed -%}
    {%- call statement('main') -%}
        create or replace temp table remade as
        select whole.* from ({{ sql | replace('<invocation_id>', invocation_id) if sql else compiled_code }}) as whole
        {%- if is_touched %} semi join touched on {{ same_unit('whole', 'touched') }} {%- endif %}
    {%- endcall -%}
    {%- set columns = run_query("select unnest(columns) from changes.columns where name = " ~ quoted(name)).columns[0].values() | list -%}
    {%- if code.was != code.is_now and columns != run_query("select column_name from (describe remade)").columns[0].values() | list -%}
        {%- call statement('whole') -%} {{ made_whole(target, 'select * from remade') }} {{ note_version(name, kept=false) }} {%- endcall -%}
        {%- do return('') -%}
    {%- endif -%}
    {#- A source may have a `run_id` of its own: that of a pay run. #}
    {%- set written_by = 'run_id' if model.columns.get('run_id', {}).get('meta', {}).get('audit') -%}
    {%- set told = columns | reject('equalto', written_by) | join(', ') -%}
    {%- call statement('differing') -%}
        create or replace temp table differing as
        select {{ told }}, sum(_came) as _times
        from (
            select {{ told }}, -1 as _came from {{ target }} as made
            {%- if is_touched %} semi join touched on {{ same_unit('made', 'touched') }} {%- endif %}
            union all
            select {{ told }}, 1 as _came from remade
        ) as both_sides
        group by {{ told }}
        having sum(_came) <> 0
    {%- endcall -%}
    {%- if run_query("select count(*) from differing").rows[0][0] -%}
        {%- call statement('kept') -%}
            {{ note_version(name, kept=true) }}
            create table if not exists {{ kept_rows }} as select *, cast(0 as bigint) as _version, true as _came from {{ target }} limit 0;
            insert into {{ kept_rows }} by name
            select
                differing.* exclude (_times),
                (select version from new_version) as _version,
                differing._times > 0 as _came
            from differing
            cross join unnest(range(cast(abs(differing._times) as bigint)));
            {% if unit -%}
            {#- Other units that were made anew are as they were, and say which run wrote them. #}
            create or replace temp table differing_units as select distinct {{ unit | join(', ') }} from differing;
            delete from {{ target }} as made using differing_units as own where {{ same_unit('made', 'own') }};
            insert into {{ target }} by name
            select made.* from remade as made semi join differing_units as own on {{ same_unit('made', 'own') }};
            {%- else -%}
            {{ made_whole(target, 'select * from remade') }}
            {%- endif -%}
        {%- endcall -%}
    {%- endif -%}
{% endmacro %}
