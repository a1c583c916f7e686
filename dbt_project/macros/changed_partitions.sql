{#
    Incremental strategy `changed_partitions`: the whole result is computed, and only the business partitions (a purchase
    order, a document) in which any row differs are replaced, whole; partitions that are gone are removed. Columns tagged
    `audit` do not count as a difference. So a run on unchanged facts rewrites nothing, a touched order is replaced
    entirely, and a new column fills itself. Config: `partition_key`, a column that is never null.
#}
{% macro get_incremental_changed_partitions_sql(arguments) %}
    {%- set target = arguments['target_relation'] -%}
    {%- set source = arguments['temp_relation'] -%}
    {%- set partition_key = config.require('partition_key') -%}
    {%- set all_columns = arguments['dest_columns'] | map(attribute='name') | list -%}
    {%- set compared = business_columns(model.columns, all_columns) -%}

    delete from {{ target }}
    where {{ partition_key }} in (
        select {{ partition_key }} from (
            select {{ compared | join(', ') }} from {{ target }}
            except
            select {{ compared | join(', ') }} from {{ source }}
        ) as gone_or_changed
        union
        select {{ partition_key }} from (
            select {{ compared | join(', ') }} from {{ source }}
            except
            select {{ compared | join(', ') }} from {{ target }}
        ) as new_or_changed
    );

    insert into {{ target }} ({{ all_columns | join(', ') }})
    select {{ all_columns | join(', ') }}
    from {{ source }}
    where {{ partition_key }} not in (select {{ partition_key }} from {{ target }})
{% endmacro %}

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
