{{ config(schema='restricted', unit=['encounter_key']) }}
-- One row per encounter that can bear cost and to which none came.
select
    scope.encounter_key,
    scope.facility_key,
    coalesce(scope.started_period, {{ unknown_key() }}) as period,
    {{ unknown_key() }} as cost_center_key,
    'NONE' as cost_component,
    'NONE' as costing_method,
    cast(0 as decimal(18, 2)) as cost_amount
from {{ ref('int_cost__encounter_scope') }} as scope
where scope.encounter_key not in (select borne.encounter_key from {{ ref('int_cost__borne') }} as borne)
