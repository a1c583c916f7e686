{#
    One canonical table, many systems: each system that has something to say of `entity` has a feed
    `int_<system>__<entity>` with the same columns in the same order, in words of the field and with the system's own
    references. Which systems feed what is said once, under `feeds` in dbt_project.yml. The model that unites them puts
    references, units and golden keys on, once for all. An instance that only mirrors another's documents
    (`map_mirrored_document`) is left out while the other is read, or every one of them would count twice. by_company: it
    mirrors those of some companies only, and the feeds of this entity name the company.
#}
{% macro united(entity, by_company=false) -%}
    select *
    from (
        {%- for system in var('feeds')[entity] %}
        select * from {{ ref('int_' ~ system ~ '__' ~ entity) }}
        {%- if not loop.last %}
        union all{% endif %}
        {%- endfor %}
    ) as every_feed
    where every_feed.source_instance not in ({{ mirrored('source_instance', entity, "company_source_key = '*'") }})
    {%- if by_company %}
        and every_feed.source_instance || '|' || coalesce(every_feed.company_source_key, '') not in (
            {{ mirrored("source_instance || '|' || company_source_key", entity, "company_source_key <> '*'") }}
        )
    {%- endif %}
{%- endmacro %}

{# Of the instances (or of their companies) that only mirror another's documents of a kind. #}
{% macro mirrored(what, entity, which) -%}
    select {{ what }} from {{ ref('int_mirrored_document') }} where entity = '{{ entity }}' and {{ which }}
{%- endmacro %}

{# The columns that open every feed: which record of which system. #}
{% macro feed_origin(system, instance='source_instance') -%}
    cast('{{ system }}' as {{ dbt.type_string() }}) as source_system,
    {{ instance }} as source_instance
{%- endmacro %}

{# A reference as feeds write it: the parts of a record's key, joined by a bar; none when its first part is none. #}
{% macro source_key(parts) -%}
    {%- if parts | length == 1 -%} cast({{ parts[0] }} as {{ dbt.type_string() }})
    {%- else -%} case when {{ parts[0] }} is not null then
        {%- for part in parts %} cast({{ part }} as {{ dbt.type_string() }}){% if not loop.last %} || '|' ||{% endif %}{% endfor %} end
    {%- endif -%}
{%- endmacro %}

{# A whole number as a system writes it in a key: so many digits, zeros before it; as it is where no digits are said. #}
{% macro padded_number(number, digits) -%}
    case
        when {{ digits }} is null then cast({{ number }} as {{ dbt.type_string() }})
        else lpad(cast({{ number }} as {{ dbt.type_string() }}), {{ digits }}, '0')
    end
{%- endmacro %}
