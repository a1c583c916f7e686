{# Where a canonical row comes from: columns tagged `audit`, which row hashes leave out. #}
{% macro audit_columns(relation) %}
    {{ relation }}.source_version_at,
    {{ relation }}.first_loaded_at,
    {{ relation }}.last_loaded_at,
    {{ relation }}.load_id
{% endmacro %}

{# The same of a member that no source brought: the unknown member, or a row of a seed. #}
{% macro no_audit_columns() %}
    cast(null as timestamp) as source_version_at,
    cast(null as timestamp) as first_loaded_at,
    cast(null as timestamp) as last_loaded_at,
    cast(null as {{ dbt.type_string() }}) as load_id
{% endmacro %}

{% macro no_text() -%} cast(null as {{ dbt.type_string() }}) {%- endmacro %}
