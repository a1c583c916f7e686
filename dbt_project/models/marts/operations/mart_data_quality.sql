-- One row per dimension of quality, check, subject and day: how many rows pass, of how many. What loads account for is told of
-- the day of the load; what a fact names and nobody knows, of the day as of which it is told; what checks said, of the last
-- time that they were asked on a day, and the rows are then the checks: those that come after this is built are told by the
-- next run.
with loaded as (
    select
        'COMPLETENESS' as quality_dimension,
        'EVERY_RECORD_IS_ACCOUNTED_FOR' as check_name,
        source_instance,
        object_name as subject_name,
        load_date as checked_date,
        fetched_count - unaccounted_count as passed,
        fetched_count as checked
    from {{ ref('int_load__day') }}
    union all
    select
        'VALIDITY' as quality_dimension,
        'RECORD_KEEPS_ITS_CONTRACT' as check_name,
        source_instance,
        object_name as subject_name,
        load_date as checked_date,
        fetched_count - quarantined_count as passed,
        fetched_count as checked
    from {{ ref('int_load__day') }}
),

timely as (
    select
        'TIMELINESS' as quality_dimension,
        'OBJECT_IS_AS_FRESH_AS_AGREED' as check_name,
        source_instance,
        object_name as subject_name,
        cast(as_of_at as date) as checked_date,
        case when is_late or freshness_status = 'BROKEN' then 0 else 1 end as passed,
        1 as checked
    from {{ ref('mart_freshness') }}
    where agreed_hours is not null
),

conformed as (
    select
        'CONFORMITY' as quality_dimension,
        member_column || '_IS_KNOWN' as check_name,
        source_instance,
        fact_name as subject_name,
        {{ as_of_date() }} as checked_date,
        known_count as passed,
        row_count as checked
    from {{ ref('int_quality__known_member') }}
),

checks as (
    select
        'CONSISTENCY' as quality_dimension,
        case when severity = 'critical' then 'CRITICAL_CHECKS_PASS' else 'WARNING_CHECKS_PASS' end as check_name,
        source_instance,
        table_name as subject_name,
        checked_date,
        passed_count as passed,
        check_count as checked
    from {{ ref('int_quality__check_outcome') }}
),

every_check as (
    select * from loaded
    union all
    select * from timely
    union all
    select * from conformed
    union all
    select * from checks
)

select
    {{ surrogate_key(['check_name', 'source_instance', 'subject_name', day_text('checked_date')]) }} as quality_key,
    quality_dimension,
    check_name,
    source_instance,
    subject_name,
    checked_date,
    {{ period_of('checked_date') }} as period,
    cast(passed as bigint) as passed_count,
    cast(checked as bigint) as checked_count,
    cast(checked - passed as bigint) as failed_count,
    cast({{ div_exact('passed', 'checked', 6) }} as decimal(9, 6)) as passed_share,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from every_check
