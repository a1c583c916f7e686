{{ config(schema='restricted') }}
-- One row per role that was filled in a case: for how long, not by whom.
select
    {{ surrogate_key(['staff.source_instance', 'staff.case_key', 'staff.line_no']) }} as case_staff_key,
    operation.case_key,
    staff.staff_role,
    cast(staff.staff_minutes as decimal(18, 2)) as staff_minutes,
    cast('perioperative' as {{ dbt.type_string() }}) as source_system,
    staff.source_instance,
    staff.case_key || '|' || cast(staff.line_no as {{ dbt.type_string() }}) as source_pk,
    {{ audit_columns('staff') }}
from {{ ref('stg_perioperative__case_staff') }} as staff
inner join {{ ref('fct_case') }} as operation
    on staff.source_instance = operation.source_instance and staff.case_key = operation.case_key
