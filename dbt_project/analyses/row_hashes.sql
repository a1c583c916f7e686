-- One row per row of every mart: which mart, and a hash over all its columns that are not tagged `audit`. Two histories of
-- a warehouse, or two engines, agree when these rows do. Marts that tell of loads (`is_of_loads`) differ with the loads.
{% set marts = [] %}
{% if execute %}
    {% for node in graph.nodes.values() %}
        {% if node.resource_type == 'model' and node.schema.startswith('mart_') and not node.config.meta.get('is_of_loads') %}
            {% do marts.append(node) %}
        {% endif %}
    {% endfor %}
{% endif %}
{% for node in marts | sort(attribute='name') %}
select
    '{{ node.name }}' as mart,
    {{ row_hash(business_columns(node.columns, node.columns.keys() | list)) }} as row_hash
from {{ api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias) }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
