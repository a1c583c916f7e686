-- One row per figure, company, facility, month, subject and category of a month whose books have closed and that is not now what
-- was known then: as known, as final, and the difference, which belongs into the open month.
with frozen as (
    select
        figure,
        company_key,
        period,
        min(known_at) as known_at
    from {{ ref('mart_period_as_known') }}
    group by figure, company_key, period
),

final as (
    select
        now_told.*,
        frozen.known_at
    from {{ ref('mart_period_figure') }} as now_told
    inner join frozen
        on
            now_told.figure = frozen.figure
            and now_told.company_key = frozen.company_key
            and now_told.period = frozen.period
)

select
    coalesce(known.period_figure_key, final.period_figure_key) as period_figure_key,
    coalesce(known.figure, final.figure) as figure,
    coalesce(known.company_key, final.company_key) as company_key,
    coalesce(known.facility_key, final.facility_key) as facility_key,
    coalesce(known.period, final.period) as period,
    coalesce(known.close_date, final.close_date) as close_date,
    coalesce(known.subject_key, final.subject_key) as subject_key,
    coalesce(known.category, final.category) as category,
    coalesce(known.currency_code, final.currency_code) as currency_code,
    cast(coalesce(known.amount, 0) as decimal(18, 2)) as as_known_amount,
    cast(coalesce(final.amount, 0) as decimal(18, 2)) as as_final_amount,
    cast(coalesce(final.amount, 0) - coalesce(known.amount, 0) as decimal(18, 2)) as adjustment_amount,
    cast(coalesce(final.row_count, 0) - coalesce(known.row_count, 0) as integer) as adjusted_row_count,
    case when known.period_figure_key is null then 'NEW' when final.period_figure_key is null then 'GONE' else 'CHANGED' end
        as adjustment_kind,
    coalesce(known.known_at, final.known_at) as known_at
from {{ ref('mart_period_as_known') }} as known
full outer join final on known.period_figure_key = final.period_figure_key
where
    known.period_figure_key is null
    or final.period_figure_key is null
    or known.amount <> final.amount
    or known.row_count <> final.row_count
