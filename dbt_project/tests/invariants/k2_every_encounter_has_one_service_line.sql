-- K2: every encounter that can bear cost has exactly one service line, and it is one of the list.
select
    scope.encounter_key,
    count(known.service_line_key) as service_line_count
from {{ ref('int_cost__encounter_scope') }} as scope
left join {{ ref('int_service_line__encounter') }} as line on scope.encounter_key = line.encounter_key
left join {{ ref('cfg_service_line') }} as known on line.service_line_key = known.service_line_key
group by scope.encounter_key
having count(known.service_line_key) <> 1
