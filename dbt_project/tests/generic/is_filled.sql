{# Rows in which one of the columns is empty. #}
{% test is_filled(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
where
    {% for column in columns %}
    {% if not loop.first %}or {% endif %}{{ column }} is null
    {% endfor %}
{% endtest %}
