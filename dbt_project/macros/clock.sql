{#
    The day on which ageing is judged: var `as_of` (a date), else the current date. Only views on top of marts may ask, and
    int_month_end and int_day_to_come, through which tables know which of their rows a new day touches.
#}
{% macro as_of_date() -%}
    {%- if var('as_of') -%} cast('{{ var("as_of") }}' as date) {%- else -%} current_date {%- endif -%}
{%- endmacro %}

{# A date some whole days later. #}
{% macro days_after(date, days) -%} cast({{ dbt.dateadd('day', days, date) }} as date) {%- endmacro %}

{# The month of a date as YYYY-MM. #}
{% macro period_of(date) -%} substr(cast({{ date }} as {{ dbt.type_string() }}), 1, 7) {%- endmacro %}

{# The moment at which freshness is judged (UTC): the end of var `as_of`, else now. #}
{% macro as_of_at() -%}
    {%- if var('as_of') -%} cast({{ days_after(as_of_date(), 1) }} as timestamp)
    {%- else -%} cast({{ dbt.current_timestamp() }} as timestamp) {%- endif -%}
{%- endmacro %}

{# A date as YYYY-MM-DD. #}
{% macro day_text(date) -%} substr(cast({{ date }} as {{ dbt.type_string() }}), 1, 10) {%- endmacro %}

{# Whether a moment's day has come as of the day that is told; of none, nothing is known. No day after the calendar has. #}
{% macro has_come(moment) -%}
    {{ moment }} < {{ days_after("cast('" ~ var('calendar_first_date') ~ "' as date)", var('calendar_days')) }}
    and cast({{ moment }} as date) not in (select to_come.calendar_date from {{ ref('int_day_to_come') }} as to_come)
{%- endmacro %}
