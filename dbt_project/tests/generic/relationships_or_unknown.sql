{# A key leads to its dimension, or says that it does not know ('-1'): a fact never carries a key that leads nowhere. #}
{% test relationships_or_unknown(model, column_name, to, field) %}
select fact.{{ column_name }}
from {{ model }} as fact
left join {{ to }} as dimension on fact.{{ column_name }} = dimension.{{ field }}
where
    fact.{{ column_name }} is null
    or (fact.{{ column_name }} <> {{ unknown_key() }} and dimension.{{ field }} is null)
{% endtest %}
