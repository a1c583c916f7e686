{#
    Since when something was known, and until when: a record that comes whole at each of its versions says a line again and
    again, and the versions that say it in the same words without a break are one span of knowledge.

    `lines` has a row per landed version and line: `landed_no` (place of the version among those landed), `version_no`,
    `known_at` and `known_to_at` (when the version became known, and when the next one did). Gives one row per line, wording
    (`columns`) and span: `known_from_version_no` and `known_from_at` of the first version, `known_to_at` of the last, and
    whether it was there from the first landed version on (`is_from_first_landing`), so that it may have been known before.
#}
{% macro known_spans(lines, columns) %}
    select
        {{ columns | join(', ') }},
        min(version_no) as known_from_version_no,
        min(known_at) as known_from_at,
        max(known_to_at) as known_to_at,
        min(landed_no) = 1 as is_from_first_landing,
        max(source_version_at) as source_version_at,
        min(first_loaded_at) as first_loaded_at,
        max(last_loaded_at) as last_loaded_at,
        max(load_id) as load_id
    from (
        select
            {{ lines }}.*,
            landed_no - row_number() over (partition by {{ columns | join(', ') }} order by landed_no) as unbroken_run
        from {{ lines }}
    ) as run
    group by {{ columns | join(', ') }}, unbroken_run
{% endmacro %}

{# The end of all time: what is valid or known until further notice ends then. #}
{% macro no_end_date() -%} cast('9999-12-31' as date) {%- endmacro %}
{% macro no_end_at() -%} cast('9999-12-31' as timestamp) {%- endmacro %}

{# The beginning of all time: what was before the first word on something is taken to have been as that says. #}
{% macro no_beginning_at() -%} cast('1900-01-01' as timestamp) {%- endmacro %}

{# The day after a last day, for half-open spans; no last day is no end. #}
{% macro day_after_last(date) -%}
    case when {{ date }} < {{ no_end_date() }} then {{ days_after(date, 1) }} else {{ no_end_date() }} end
{%- endmacro %}
