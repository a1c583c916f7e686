{#
    One way to make a surrogate key, the same on every engine: md5 over text-typed parts (ids and codes; never decimals
    or timestamps, whose text differs between engines), nulls written as a sentinel, joined by a fixed separator.
#}
{% macro surrogate_key(parts) -%}
    md5({% for part in parts %}coalesce(cast({{ part }} as {{ dbt.type_string() }}), '~null~'){% if not loop.last %} || '|' || {% endif %}{% endfor %})
{%- endmacro %}

{# The key of a reference that may be absent: null stays null, so that it can become the unknown member. #}
{% macro reference_key(instance, reference) -%}
    case when {{ reference }} is not null then {{ surrogate_key([instance, reference]) }} end
{%- endmacro %}

{# The member that stands for "not known" in every dimension. Facts never lose a row because a dimension lacks one. #}
{% macro unknown_key() -%} '-1' {%- endmacro %}

{# A record's name as mastering writes it (mastering/vocabulary.py): system, instance and key, a bar within them escaped. #}
{% macro mastering_record(relation, source_key) -%}
    {%- for part in ['source_system', 'source_instance', source_key] -%}
    replace(replace({{ relation }}.{{ part }}, '%', '%25'), '|', '%7C'){{ " || '|' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
