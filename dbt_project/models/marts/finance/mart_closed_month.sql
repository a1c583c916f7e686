-- One row per figure, company, facility, month, subject and category of a month whose books have closed: what was known then,
-- what is known now, and the difference, which is an adjustment of the company's first open month. As known never changes.
with known as (
    select * from {{ ref('closed_figure') }}
),

frozen as (
    select
        figure,
        company_key,
        period,
        min(closed_as_of_date) as closed_as_of_date,
        min(case when is_data_complete then 1 else 0 end) = 1 as is_data_complete
    from known
    group by figure, company_key, period
),

final as (
    select now_told.*
    from {{ ref('int_close__figure') }} as now_told
    inner join frozen
        on
            now_told.figure = frozen.figure
            and now_told.company_key = frozen.company_key
            and now_told.period = frozen.period
),

open_months as (
    select
        company_key,
        min(period) as period
    from {{ ref('int_close__figure') }}
    where not is_closed
    group by company_key
),

together as (
    select
        coalesce(known.period_figure_key, final.period_figure_key) as period_figure_key,
        coalesce(known.figure, final.figure) as figure,
        coalesce(known.company_key, final.company_key) as company_key,
        coalesce(known.facility_key, final.facility_key) as facility_key,
        coalesce(known.period, final.period) as period,
        coalesce(known.close_date, final.close_date) as close_date,
        coalesce(known.member_key, final.member_key) as member_key,
        coalesce(known.category, final.category) as category,
        coalesce(known.currency_code, final.currency_code) as currency_code,
        coalesce(known.amount, 0) as as_known_amount,
        coalesce(final.amount, 0) as as_final_amount,
        coalesce(known.row_count, 0) as known_row_count,
        coalesce(final.row_count, 0) as final_row_count
    from known
    full outer join final on known.period_figure_key = final.period_figure_key
)

select
    together.period_figure_key,
    together.figure,
    together.company_key,
    together.facility_key,
    together.period,
    together.close_date,
    together.member_key,
    coalesce(supplier.supplier_name, location.location_code, line.service_line_name) as subject_name,
    together.category,
    cast(together.as_known_amount as decimal(18, 2)) as as_known_amount,
    cast(together.as_final_amount as decimal(18, 2)) as as_final_amount,
    cast(together.as_final_amount - together.as_known_amount as decimal(18, 2)) as adjustment_amount,
    cast(together.final_row_count - together.known_row_count as integer) as adjusted_row_count,
    case when together.as_final_amount <> together.as_known_amount then open_months.period end as adjustment_period,
    together.currency_code,
    frozen.is_data_complete,
    frozen.closed_as_of_date
from together
inner join frozen
    on together.figure = frozen.figure and together.company_key = frozen.company_key and together.period = frozen.period
left join open_months on together.company_key = open_months.company_key
left join {{ ref('dim_supplier') }} as supplier
    on case when together.figure in ('SPEND', 'GR_IR') then together.member_key end = supplier.supplier_key
left join {{ ref('dim_location') }} as location
    on case when together.figure = 'INVENTORY' then together.member_key end = location.location_key
left join {{ ref('dim_service_line') }} as line
    on case when together.figure not in ('SPEND', 'GR_IR', 'INVENTORY') then together.member_key end = line.service_line_key
where together.known_row_count > 0 or together.final_row_count > 0
