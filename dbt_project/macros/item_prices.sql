{#
    Which of an item's prices counts, the smallest first: stock is taken at the standard price of its place; what was bought for
    the case (bill-only, consigned) at what is paid for it, here before elsewhere; each falls back on the other.
#}
{% macro item_price_rank(price, ownership) -%}
    case
        when {{ price }}.price_basis = 'STANDARD' and {{ ownership }} in ('BILL_ONLY', 'CONSIGNED') then 3
        when {{ price }}.price_basis = 'STANDARD' then 0
        when {{ price }}.facility_key = '*' then 2
        else 1
    end
{%- endmacro %}
