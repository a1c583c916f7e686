{#
    One row per instance: how the current records of a staged object stand in the canonical table that they become.
    in_scope: a condition on the staged row that says in words of its own which records the table holds; part: a
    condition on the canonical row, where a table holds records of several objects.
#}
{% macro canonical_account(system, object, key, canonical, in_scope='true', part='true', canonical_key='source_pk') -%}
    select
        cast('{{ system }}' as {{ dbt.type_string() }}) as source_system,
        coalesce(staged.source_instance, arrived.source_instance) as source_instance,
        cast('{{ object }}' as {{ dbt.type_string() }}) as object,
        cast('{{ canonical }}' as {{ dbt.type_string() }}) as canonical_table,
        cast(count(staged.record_key) as bigint) as staged_rows,
        cast(sum(case when not staged.is_in_scope then 1 else 0 end) as bigint) as out_of_scope_rows,
        cast(count(arrived.record_key) as bigint) as canonical_rows,
        cast(sum(case when staged.is_in_scope and arrived.record_key is null then 1 else 0 end) as bigint) as missing_rows,
        cast(sum(case when arrived.record_key is not null and not coalesce(staged.is_in_scope, false) then 1 else 0 end) as bigint)
            as unexpected_rows
    from (
        select
            source_instance,
            {{ key }} as record_key,
            coalesce({{ in_scope }}, true) as is_in_scope
        from {{ ref('stg_' ~ system ~ '__' ~ object) }}
    ) as staged
    full outer join (
        select
            source_instance,
            {{ canonical_key }} as record_key
        from {{ ref(canonical) }}
        where source_system = '{{ system }}' and {{ part }}
    ) as arrived
        on staged.source_instance = arrived.source_instance and staged.record_key = arrived.record_key
    group by coalesce(staged.source_instance, arrived.source_instance)
{%- endmacro %}

{# Whether a clinical record may count by its status. A status that no rule knows may: then it must not get lost. #}
{% macro may_count(record_type, status) -%}
    {{ status }} not in (
        select rule.status from {{ ref('cfg_clinical_status') }} as rule
        where rule.record_type = '{{ record_type }}' and not rule.is_counted
    )
{%- endmacro %}
