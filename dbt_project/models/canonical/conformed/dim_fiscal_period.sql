-- One row per accounting period of a company, adjustment periods apart: as Tryton serves them, and months of the calendar of
-- the companies whose systems serve none (`cfg_fiscal_calendar`). Whether a period is closed is null where nobody says; then
-- its books close on `close_date`.
with served as (
    select
        period.*,
        fiscal_year.company_id,
        fiscal_year.fiscal_year_name
    from {{ ref('stg_tryton__period') }} as period
    inner join {{ ref('stg_tryton__fiscal_year') }} as fiscal_year
        on period.source_instance = fiscal_year.source_instance and period.fiscal_year_id = fiscal_year.fiscal_year_id
),

-- Each month's weekdays, counted.
weekdays as (
    select
        period,
        calendar_date,
        row_number() over (partition by period order by calendar_date) as weekday_number
    from {{ ref('dim_date') }}
    where not is_weekend
),

months as (
    select
        calendar.company_code,
        calendar.close_weekdays,
        day.calendar_date as start_date,
        day.period,
        (day.calendar_month - calendar.fiscal_year_first_month + 12) % 12 + 1 as period_number,
        cast(case
            when calendar.fiscal_year_first_month > 1 and day.calendar_month >= calendar.fiscal_year_first_month
                then day.calendar_year + 1
            else day.calendar_year
        end as {{ dbt.type_string() }}) as fiscal_year_name
    from {{ ref('cfg_fiscal_calendar') }} as calendar
    inner join {{ ref('dim_date') }} as day
        on day.calendar_date between calendar.first_date and calendar.last_date and day.day_of_month = 1
)

select
    {{ surrogate_key(['source_instance', 'period_id']) }} as fiscal_period_key,
    {{ surrogate_key(['source_instance', 'company_id']) }} as company_key,
    period_name,
    cast(row_number() over (
        partition by source_instance, fiscal_year_id order by start_date asc, period_type desc, period_id asc
    ) as integer) as period_number,
    fiscal_year_name,
    start_date,
    end_date,
    period_type = 'adjustment' as is_adjustment,
    period_state <> 'open' as is_closed,
    cast(null as date) as close_date,
    cast('tryton' as {{ dbt.type_string() }}) as source_system,
    source_instance,
    period_id as source_pk,
    {{ audit_columns('served') }}
from served
union all
select
    {{ surrogate_key(["'calendar'", 'months.company_code', 'months.period']) }} as fiscal_period_key,
    {{ surrogate_key(["'company'", 'months.company_code']) }} as company_key,
    months.period as period_name,
    cast(months.period_number as integer) as period_number,
    months.fiscal_year_name,
    months.start_date,
    cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 1, 'months.start_date')) }} as date) as end_date,
    false as is_adjustment,
    cast(null as boolean) as is_closed,
    weekdays.calendar_date as close_date,
    cast('cfg_fiscal_calendar' as {{ dbt.type_string() }}) as source_system,
    cast('cfg_fiscal_calendar' as {{ dbt.type_string() }}) as source_instance,
    months.company_code || '|' || months.period as source_pk,
    {{ no_audit_columns() }}
from months
left join weekdays
    on
        {{ period_of(dbt.dateadd('month', 1, 'months.start_date')) }} = weekdays.period
        and months.close_weekdays = weekdays.weekday_number
