{# Every code of a column has the shape of its code system (macros/code_shapes.sql); none passes. #}
{% test is_gtin(model, column_name) %}
select {{ column_name }} from {{ model }} where {{ column_name }} is not null and not {{ is_gtin(column_name) }}
{% endtest %}

{% test is_ndc(model, column_name) %}
select {{ column_name }} from {{ model }} where {{ column_name }} is not null and not {{ is_ndc(column_name) }}
{% endtest %}

{% test is_icd10_pcs(model, column_name) %}
select {{ column_name }} from {{ model }} where {{ column_name }} is not null and not {{ is_icd10_pcs(column_name) }}
{% endtest %}

{% test is_ms_drg(model, column_name) %}
select {{ column_name }} from {{ model }} where {{ column_name }} is not null and not {{ is_ms_drg(column_name) }}
{% endtest %}

{% test is_gln(model, column_name) %}
select {{ column_name }} from {{ model }} where {{ column_name }} is not null and not {{ is_gln(column_name) }}
{% endtest %}

{% test is_hcpcs(model, column_name) %}
select {{ column_name }} from {{ model }} where {{ column_name }} is not null and not {{ is_hcpcs(column_name) }}
{% endtest %}
