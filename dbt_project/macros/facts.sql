{#
    What the facts of procurement have in common: a line names an item, a supplier, a unit, a place in its system's own
    words, and gets the golden keys. Joins on cross-references are many to one; what is not known is the unknown member,
    and no line is lost.
#}

{# Base units of a line. A line without an item has no pack: its own unit is its base. `unit` is xref_item_unit. #}
{% macro pack_columns(line, unit, quantity, price) %}
        case when {{ line }}.item_source_key is null then cast(1 as bigint) else {{ unit }}.qty_num end as pack_num,
        case when {{ line }}.item_source_key is null then cast(1 as bigint) else {{ unit }}.qty_den end as pack_den,
        cast(case
            when {{ line }}.item_source_key is null then {{ line }}.{{ quantity }}
            else {{ to_base_quantity(line ~ '.' ~ quantity, unit ~ '.qty_num', unit ~ '.qty_den') }}
        end as decimal(18, 6)) as base_qty,
        {{ line }}.{{ price }},
        cast(case
            when {{ line }}.item_source_key is null then {{ line }}.{{ price }}
            else {{ to_base_price(line ~ '.' ~ price, unit ~ '.qty_num', unit ~ '.qty_den') }}
        end as decimal(18, 6)) as base_{{ price }}
{%- endmacro %}

{# A quantity of an item in its base units; null where its unit has no factor. `unit` is xref_item_unit. #}
{% macro base_quantity(line, unit, quantity) -%}
    cast({{ to_base_quantity(line ~ '.' ~ quantity, unit ~ '.qty_num', unit ~ '.qty_den') }} as decimal(18, 6))
{%- endmacro %}

{#
    The unit that a line's code means: what its supplier means by it, where `map_uom` has a row of his own, else what all mean
    by it. `supplier` is the xref_supplier of the line, joined before; a line that has none has no supplier's reading. Gives
    `unit`, what one of it is in base units, and `mapped_unit`, what it is called, which needs no item.
#}
{% macro unit_joins(line, unit, mapped_unit, supplier=none) %}
    {%- if supplier %}
    left join {{ ref('map_uom') }} as {{ unit }}_of_supplier
        on
            {{ line }}.source_system = {{ unit }}_of_supplier.source_system
            and {{ supplier }}.supplier_code = {{ unit }}_of_supplier.supplier_code
            and {{ line }}.source_uom_code = {{ unit }}_of_supplier.source_uom_code
    {%- endif %}
    left join {{ ref('xref_item_unit') }} as {{ unit }}
        on
            {{ line }}.source_instance = {{ unit }}.source_instance
            and {{ line }}.item_source_key = {{ unit }}.source_item_key
            {%- if supplier %}
            and coalesce({{ unit }}_of_supplier.uom_code, {{ line }}.source_uom_code) = {{ unit }}.source_uom_code
            and ({{ unit }}_of_supplier.uom_code is not null) = {{ unit }}.is_canonical_code
            {%- else %}
            and {{ line }}.source_uom_code = {{ unit }}.source_uom_code
            and not {{ unit }}.is_canonical_code
            {%- endif %}
    left join {{ ref('map_uom') }} as {{ mapped_unit }}
        on
            {{ line }}.source_system = {{ mapped_unit }}.source_system
            and {{ mapped_unit }}.supplier_code = {{ "coalesce(" ~ unit ~ "_of_supplier.supplier_code, '*')" if supplier else "'*'" }}
            and {{ line }}.source_uom_code = {{ mapped_unit }}.source_uom_code
{%- endmacro %}

{% macro item_join(line, item) %}
    left join {{ ref('xref_item') }} as {{ item }}
        on {{ line }}.source_instance = {{ item }}.source_instance and {{ line }}.item_source_key = {{ item }}.source_item_key
{%- endmacro %}

{% macro supplier_join(line, supplier, reference='supplier_source_key') %}
    left join {{ ref('xref_supplier') }} as {{ supplier }}
        on
            {{ line }}.source_instance = {{ supplier }}.source_instance
            and {{ line }}.{{ reference }} = {{ supplier }}.source_supplier_key
{%- endmacro %}

{# `location` knows its facility; a line that names a facility and no place has `facility`. #}
{% macro place_joins(line, location, facility) %}
    left join {{ ref('dim_location') }} as {{ location }}
        on {{ reference_key(line ~ '.source_instance', line ~ '.location_source_key') }} = {{ location }}.location_key
    left join {{ ref('map_facility') }} as {{ facility }}
        on
            {{ line }}.source_system = {{ facility }}.source_system
            and {{ line }}.facility_source_code = {{ facility }}.source_code
{%- endmacro %}

{# The account and the cost center that a line names in its system's codes. #}
{% macro ledger_joins(line, account, cost_center) %}
    left join {{ ref('xref_gl_account') }} as {{ account }}
        on
            {{ line }}.source_instance = {{ account }}.source_instance
            and {{ line }}.gl_account_source_key = {{ account }}.gl_account_source_key
    left join {{ ref('xref_cost_center') }} as {{ cost_center }}
        on
            {{ line }}.source_instance = {{ cost_center }}.source_instance
            and {{ line }}.cost_center_source_code = {{ cost_center }}.cost_center_source_code
{%- endmacro %}

{# What a base unit of an item costs: its facility's own cost (`own_cost`), and the source's where it tells none (`any_cost`). #}
{% macro unit_cost_joins(source_instance, source_item_key, facility_key) %}
    left join {{ ref('int_inventory__unit_cost') }} as own_cost
        on
            {{ source_instance }} = own_cost.source_instance
            and {{ source_item_key }} = own_cost.source_item_key
            and {{ facility_key }} = own_cost.facility_key
    left join {{ ref('int_inventory__unit_cost') }} as any_cost
        on
            {{ source_instance }} = any_cost.source_instance
            and {{ source_item_key }} = any_cost.source_item_key
            and any_cost.facility_key = {{ unknown_key() }}
{%- endmacro %}
