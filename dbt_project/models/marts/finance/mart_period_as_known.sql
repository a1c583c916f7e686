{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false) }}
-- One row per figure, company, facility, month, subject and category, as it was known when the books of the month had closed:
-- written once, by the first build after the close, and never changed (D5). What comes later is in `mart_period_adjustment`.
with closed as (
    select figures.*
    from {{ ref('mart_period_figure') }} as figures
    where
        figures.is_closed
    {% if is_incremental() %}
    and not exists (
        select 1
        from {{ this }} as known
        where
            figures.figure = known.figure
            and figures.company_key = known.company_key
            and figures.period = known.period
    )
    {% endif %}
),

completeness as (
    select min(case when is_data_complete then 1 else 0 end) = 1 as is_data_complete
    from {{ ref('int_source_completeness') }}
)

select
    closed.period_figure_key,
    closed.figure,
    closed.company_key,
    closed.facility_key,
    closed.period,
    closed.close_date,
    closed.subject_key,
    closed.category,
    closed.currency_code,
    closed.amount,
    closed.row_count,
    coalesce(completeness.is_data_complete, false) as is_data_complete,
    {{ as_of_at() }} as known_at,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from closed
cross join completeness
