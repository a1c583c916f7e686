{#
    The rows of a `map_` seed that hold for each instance of some records: an instance's own row for a code comes before the
    one that holds for every instance (`*`). One row per instance and code.
#}
{% macro mapping_of_instances(seed, records, columns) -%}
    select
        record_instance as source_instance,
        source_code,
        {{ columns | join(', ') }}
    from (
        select
            instance.source_instance as record_instance,
            mapping.source_code,
            mapping.{{ columns | join(', mapping.') }},
            row_number() over (
                partition by instance.source_instance, mapping.source_code
                order by case when mapping.source_instance = '*' then 1 else 0 end
            ) as mapping_rank
        from (select distinct source_system, source_instance from {{ records }}) as instance
        inner join {{ ref(seed) }} as mapping
            on
                instance.source_system = mapping.source_system
                and mapping.source_instance in (instance.source_instance, '*')
    ) as ranked
    where mapping_rank = 1
{%- endmacro %}

{#
    The class of what is described by a source's own category or type of item: the mapped row of least priority. One row per
    `keys`, of those whose words are mapped.
#}
{% macro mapped_item_classes(records, keys) -%}
    select
        {{ keys | join(', ') }},
        item_class
    from (
        select
            {%- for key in keys %}
            record.{{ key }},
            {%- endfor %}
            mapping.item_class,
            row_number() over (
                partition by record.{{ keys | join(', record.') }} order by mapping.priority, mapping.item_class
            ) as candidate_rank
        from {{ records }} as record
        inner join {{ ref('map_item_class') }} as mapping
            on
                record.source_system = mapping.source_system
                and (
                    (mapping.match_on = 'CATEGORY' and record.source_category = mapping.source_code)
                    or (mapping.match_on = 'TYPE' and record.source_item_type = mapping.source_code)
                )
    ) as candidate
    where candidate_rank = 1
{%- endmacro %}
