{{ config(materialized='view') }}
-- One row per facility, month, service line, class of patient and measure (a kind of cost, NET_REVENUE or GROSS_CHARGE): what
-- mart_service_line_cost is made of, as all facts known today say it.
select
    facility_key,
    period,
    service_line_key,
    patient_class,
    cost_component as cost_measure,
    cost_amount as amount
from {{ ref('int_cost__service_line') }}
{%- for measure in ['NET_REVENUE', 'GROSS_CHARGE'] %}
union all
select
    facility_key,
    period,
    service_line_key,
    patient_class,
    '{{ measure }}' as cost_measure,
    {{ measure | lower }}_amount as amount
from {{ ref('int_revenue__service_line') }}
{%- endfor %}
