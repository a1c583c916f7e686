-- One row per figure, company, facility, month, subject and category: what the marts say of a month now, its books closed or not.
-- SPEND by supplier and class of item; GR_IR, open at the month's end, by supplier; INVENTORY, owned and on hand at the month's
-- end, by location; SERVICE_LINE_COST by service line. A month of a company has a row of each figure, be it of nothing: so what
-- comes late into a month of nothing is late too.
with months as (
    select
        period,
        max(calendar_date) as period_end_date
    from {{ ref('dim_date') }}
    group by period
),

-- A facility is the company's that posts its expenses.
facility_companies as (
    select
        facility_key,
        min(company_key) as company_key
    from {{ ref('fct_gl_line') }}
    group by facility_key
),

posted_months as (
    select distinct
        line.company_key,
        {{ period_of('period.start_date') }} as period
    from {{ ref('fct_gl_line') }} as line
    inner join {{ ref('dim_fiscal_period') }} as period on line.fiscal_period_key = period.fiscal_period_key
),

figures as (
    {%- for figure in ['SPEND', 'GR_IR', 'INVENTORY', 'SERVICE_LINE_COST'] %}
    select
        '{{ figure }}' as figure,
        company_key,
        {{ unknown_key() }} as facility_key,
        period,
        {{ unknown_key() }} as subject_key,
        {{ unknown_key() }} as category,
        {{ unknown_key() }} as currency_code,
        0 as amount,
        0 as row_count
    from posted_months
    union all
    {%- endfor %}
    select
        'SPEND' as figure,
        company_key,
        facility_key,
        period,
        supplier_key as subject_key,
        category_l1 as category,
        functional_currency_code as currency_code,
        spend_net_amount as amount,
        1 as row_count
    from {{ ref('mart_spend_cube') }}
    union all
    select
        'GR_IR' as figure,
        company_key,
        facility_key,
        period,
        supplier_key as subject_key,
        {{ unknown_key() }} as category,
        currency_code,
        grir_amount as amount,
        1 as row_count
    from {{ ref('mart_gr_ir') }}
    union all
    select
        'INVENTORY' as figure,
        coalesce(facility_companies.company_key, {{ unknown_key() }}) as company_key,
        days.facility_key,
        months.period,
        days.location_key as subject_key,
        {{ unknown_key() }} as category,
        coalesce(days.currency_code, {{ unknown_key() }}) as currency_code,
        days.on_hand_amount as amount,
        1 as row_count
    from {{ ref('int_inventory__day') }} as days
    inner join months
        on days.movement_date <= months.period_end_date and months.period_end_date < days.next_movement_date
    left join facility_companies on days.facility_key = facility_companies.facility_key
    where days.ownership = 'OWNED' and days.is_costed and months.period_end_date <= {{ as_of_date() }}
    union all
    select
        'SERVICE_LINE_COST' as figure,
        coalesce(facility_companies.company_key, {{ unknown_key() }}) as company_key,
        cost.facility_key,
        cost.period,
        cost.service_line_key as subject_key,
        {{ unknown_key() }} as category,
        cost.currency_code,
        cost.cost_total_amount as amount,
        1 as row_count
    from {{ ref('mart_service_line_cost') }} as cost
    left join facility_companies on cost.facility_key = facility_companies.facility_key
),

summed as (
    select
        figure,
        company_key,
        facility_key,
        period,
        subject_key,
        category,
        currency_code,
        sum(amount) as amount,
        sum(row_count) as row_count
    from figures
    where period is not null
    group by figure, company_key, facility_key, period, subject_key, category, currency_code
),

closes as (
    select
        company_key,
        {{ period_of('start_date') }} as period,
        max(close_date) as close_date,
        max(case when is_closed or close_date < {{ as_of_date() }} then 1 else 0 end) = 1 as is_closed
    from {{ ref('dim_fiscal_period') }}
    where not is_adjustment
    group by company_key, {{ period_of('start_date') }}
)

select
    {{ surrogate_key([
        'summed.figure', 'summed.company_key', 'summed.facility_key', 'summed.period', 'summed.subject_key', 'summed.category',
        'summed.currency_code'
    ]) }} as period_figure_key,
    summed.figure,
    summed.company_key,
    summed.facility_key,
    summed.period,
    closes.close_date,
    coalesce(closes.is_closed, false) as is_closed,
    summed.subject_key,
    summed.category,
    summed.currency_code,
    cast(summed.amount as decimal(18, 2)) as amount,
    cast(summed.row_count as integer) as row_count
from summed
left join closes on summed.company_key = closes.company_key and summed.period = closes.period
