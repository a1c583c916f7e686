{#
    A list that stands in one value, as rows: one per item, with its place from 1. `keys` are the columns kept of
    `relation`; a place that is empty gives no row. (dbt's own split_part takes a number, and no column.) Lists of more items than `most` are cut: a test says where one is.
#}
{% macro list_items(relation, keys, column, most, separator=';') %}
    select
        {{ keys | join(', ') }},
        place.place_no,
        {{ text_value("split_part(" ~ column ~ ", '" ~ separator ~ "', place.place_no)") }} as list_item
    from {{ relation }}
    inner join (
        {%- for number in range(1, most + 1) %}
        select {{ number }} as place_no{{ ' union all' if not loop.last }}
        {%- endfor %}
    ) as place
        on
            place.place_no <= 1 + length({{ column }}) - length(replace({{ column }}, '{{ separator }}', ''))
            and {{ text_value("split_part(" ~ column ~ ", '" ~ separator ~ "', place.place_no)") }} is not null
{% endmacro %}
