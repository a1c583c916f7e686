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
