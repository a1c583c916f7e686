-- U3: no unit that a source writes is without one of ours. A line of such a unit keeps its money and has no base quantity
-- (UOM_UNMAPPED, where it is matched); `parline doctor` lists the units that wait for a row in map_uom.
{{ config(severity='warn') }}
{% set facts = [
    'fct_requisition_line', 'fct_po_line', 'fct_receipt_line', 'fct_invoice_line', 'fct_inventory_movement',
    'fct_inventory_snapshot', 'fct_cycle_count', 'fct_consumption_line', 'fct_erp_contract_price', 'dim_contract_price',
    'dim_par_level', 'fct_item_valuation',
] %}
{% for fact in facts %}
select
    '{{ fact }}' as fact,
    source_instance,
    source_uom_code,
    count(*) as row_count
from {{ ref(fact) }}
where source_uom_code is not null and uom_code = {{ unknown_key() }}
group by source_instance, source_uom_code
{% if not loop.last %}union all{% endif %}
{% endfor %}
