-- One row per fact, source instance and column that names a member of a dimension (or a class, or a unit): how many rows name
-- one that is known, of how many.
{%- set facts = {
    'fct_requisition_line': ['item_key', 'facility_key', 'uom_code'],
    'fct_po_line': ['item_key', 'supplier_key', 'facility_key', 'uom_code'],
    'fct_receipt_line': ['item_key', 'po_line_key', 'facility_key', 'uom_code'],
    'fct_invoice_line': ['item_key', 'supplier_key', 'facility_key', 'uom_code'],
    'fct_inventory_movement': ['item_key', 'location_key', 'movement_class', 'uom_code'],
    'fct_gl_line': ['gl_account_key', 'company_key'],
    'fct_consumption_line': ['item_key', 'facility_key'],
    'fct_charge_line': ['facility_key', 'cost_center_key'],
    'fct_encounter': ['facility_key'],
    'fct_labor': ['cost_center_key']
} %}
with
{%- for fact, columns in facts.items() %}

{{ fact }}_rows as (
    select
        source_instance,
        {%- for column in columns %}
        sum(case when {{ column }} = {{ unknown_key() }} then 0 else 1 end) as {{ column }}_known,
        {%- endfor %}
        count(*) as row_count
    from {{ ref(fact) }}
    {%- if fact == 'fct_invoice_line' %}
    -- Freight, tax and the like name no item.
    where line_type = 'ITEM'
    {%- endif %}
    group by source_instance
),
{%- endfor %}

every_column as (
    {%- for fact, columns in facts.items() %}
    {%- set last_fact = loop.last %}
    {%- for column in columns %}
    select
        '{{ fact }}' as fact_name,
        '{{ column | upper }}' as member_column,
        source_instance,
        {{ column }}_known as known_count,
        row_count
    from {{ fact }}_rows
    {%- if not (last_fact and loop.last) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
)

select
    fact_name,
    member_column,
    source_instance,
    cast(known_count as bigint) as known_count,
    cast(row_count as bigint) as row_count
from every_column
