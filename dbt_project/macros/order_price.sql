{# What a quantity of a line of a receipt or an invoice is worth at the price of the order line, to the cent. #}
{% macro at_order_price(line, quantity, order_line) -%}
    cast(case
        when {{ line }}.source_uom_code = {{ order_line }}.source_uom_code
            then {{ mul_money(line ~ '.' ~ quantity, order_line ~ '.unit_price') }}
        else {{ div_exact(
            'cast(' ~ order_line ~ '.unit_price as decimal(38, 6)) * cast(' ~ line ~ '.' ~ quantity ~ ' as decimal(38, 6))'
            ~ ' * ' ~ line ~ '.pack_num * ' ~ order_line ~ '.pack_den',
            'cast(' ~ line ~ '.pack_den as decimal(38, 0)) * ' ~ order_line ~ '.pack_num', 2
        ) }}
    end as decimal(18, 2))
{%- endmacro %}
