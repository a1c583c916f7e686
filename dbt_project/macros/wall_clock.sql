{#
    A wall-clock time of a place as UTC. In the hour that comes twice in autumn the first is meant, and is_wall_clock_ambiguous
    says so; engines would take the second. Null where time or zone is.
#}
{% macro utc_of_wall_clock(wall_clock, time_zone) -%}
    {%- set utc = moment_of(wall_clock, time_zone) -%}
    case
        when {{ wall_clock_of(an_hour_from(utc, -1), time_zone) }} = {{ wall_clock }} then {{ an_hour_from(utc, -1) }}
        else {{ utc }}
    end
{%- endmacro %}

{# Whether a wall-clock time is in the hour that comes twice. #}
{% macro is_wall_clock_ambiguous(wall_clock, time_zone) -%}
    {%- set utc = moment_of(wall_clock, time_zone) -%}
    coalesce({{ wall_clock }} in (
        {{ wall_clock_of(an_hour_from(utc, -1), time_zone) }}, {{ wall_clock_of(an_hour_from(utc, 1), time_zone) }}
    ), false)
{%- endmacro %}

{% macro moment_of(wall_clock, time_zone) -%} (({{ wall_clock }} at time zone {{ time_zone }}) at time zone 'UTC') {%- endmacro %}
{% macro wall_clock_of(utc, time_zone) -%} (({{ utc }} at time zone 'UTC') at time zone {{ time_zone }}) {%- endmacro %}
{% macro an_hour_from(moment, hours) -%} cast({{ dbt.dateadd('hour', hours, moment) }} as timestamp) {%- endmacro %}
