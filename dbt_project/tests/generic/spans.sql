{#
    Half-open spans [from, to) of rows that share `key`: no two of them overlap in all of `spans` (pairs of columns), as two
    rectangles do not that are apart on one side.
#}
{% test spans_do_not_overlap(model, key, row_key, spans) %}
select
    one.{{ row_key }},
    other.{{ row_key }} as overlapping_{{ row_key }}
from {{ model }} as one
inner join {{ model }} as other
    on
        one.{{ row_key }} < other.{{ row_key }}
{%- for column in key %}
        and one.{{ column }} = other.{{ column }}
        {%- endfor %}
{%- for span in spans %}
        and one.{{ span[0] }} < other.{{ span[1] }}
        and other.{{ span[0] }} < one.{{ span[1] }}
        {%- endfor %}
{% endtest %}

{# Spans of one key follow one another without a gap, and the last one has no end. #}
{% test spans_leave_no_gap(model, key, from_column, to_column) %}
select *
from (
    select
        {{ key | join(', ') }},
        {{ to_column }} as span_end,
        lead({{ from_column }}) over (partition by {{ key | join(', ') }} order by {{ from_column }}) as next_begin
    from {{ model }}
) as span
where span_end <> coalesce(next_begin, {{ no_end_at() }})
{% endtest %}
