{#
    Whether a count of people may not be published: there are some and fewer than `fewest` (of patients: var smallest_cell), or the
    small counts of its `partition` together are so few that whoever knows the total finds them by subtraction; then the next
    larger count is left out as well, until enough are. What could be divided by a figure per patient goes with it.
#}
{% macro is_small_cell(count, partition, tie, fewest=var('smallest_cell')) -%}
    (
        {{ count }} > 0
        and (
            {{ count }} < {{ fewest }}
            or ({{ smaller_cells(count, partition, tie) }} > 0 and {{ smaller_cells(count, partition, tie) }} < {{ fewest }})
        )
    )
{%- endmacro %}

{# The sum of the counts of a partition that come before this one, the smallest first. #}
{% macro smaller_cells(count, partition, tie) -%}
    coalesce(sum({{ count }}) over (
        partition by {{ partition | join(', ') }} order by {{ count }}, {{ tie | join(', ') }}
        rows between unbounded preceding and 1 preceding
    ), 0)
{%- endmacro %}

{# Whether a part of a whole, or what is left of it, is a count of patients that may not be shown. #}
{% macro is_small_part(part, whole) -%}
    (
        ({{ part }} > 0 and {{ part }} < {{ var('smallest_cell') }})
        or ({{ whole }} - {{ part }} > 0 and {{ whole }} - {{ part }} < {{ var('smallest_cell') }})
    )
{%- endmacro %}
