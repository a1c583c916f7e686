-- One row per table, source instance, severity and day: how many checks passed, of how many that could be measured, each as it
-- was asked last on the day.
with asked as (
    select
        quality_result.*,
        max(checked_at) over (
            partition by table_name, check_name, source_instance, checked_date
        ) as last_checked_at
    from {{ ref('stg_ops__quality_result') }} as quality_result
)

select
    table_name,
    coalesce(source_instance, 'ALL') as source_instance,
    severity,
    checked_date,
    cast(sum(case when outcome = 'PASSED' then 1 else 0 end) as bigint) as passed_count,
    cast(count(*) as bigint) as check_count
from asked
where checked_at = last_checked_at and outcome <> 'NOT MEASURED'
group by table_name, coalesce(source_instance, 'ALL'), severity, checked_date
