-- One row per run, table, check and source instance: what a check of landing's, dbt's or Great Expectations' said.
select
    run_id,
    checked_at,
    cast(checked_at as date) as checked_date,
    tool as tool_name,
    check_name,
    table_schema || '.' || table_name as table_name,
    source_instance,
    severity,
    owner as owner_role,
    outcome,
    is_blocked
from {{ source('ops', 'quality_results') }}
