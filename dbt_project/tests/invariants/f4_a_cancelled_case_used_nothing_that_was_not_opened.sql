-- F4: what a cancelled case costs is what was opened for it and thrown away, and time: nothing of it was used on the patient.
select
    line.consumption_line_key,
    line.case_key,
    line.used_base_qty
from {{ ref('fct_consumption_line') }} as line
inner join {{ ref('fct_case') }} as operation on line.case_key = operation.case_key
where operation.is_cancelled and line.is_counted and line.used_qty > 0
