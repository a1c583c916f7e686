-- One row per closed facility and month, service line, class of patient and measure: what was known when the month was
-- closed, what is known now, and the difference, which is an adjustment of the first open month. As known never changes; as
-- final is mart_service_line_cost.
with known as (
    select * from {{ ref('closed_service_line') }}
),

months as (
    select
        facility_key,
        period,
        min(closed_as_of_date) as closed_as_of_date
    from known
    group by facility_key, period
),

final as (
    select
        line.facility_key,
        line.period,
        line.service_line_key,
        line.patient_class,
        line.cost_measure,
        line.amount
    from {{ ref('int_close__service_line') }} as line
    inner join months on line.facility_key = months.facility_key and line.period = months.period
),

open_months as (
    select
        facility_key,
        min(case when not is_closed then period end) as period
    from {{ ref('int_close__month') }}
    group by facility_key
),

together as (
    select
        coalesce(known.facility_key, final.facility_key) as facility_key,
        coalesce(known.period, final.period) as period,
        coalesce(known.service_line_key, final.service_line_key) as service_line_key,
        coalesce(known.patient_class, final.patient_class) as patient_class,
        coalesce(known.cost_measure, final.cost_measure) as cost_measure,
        coalesce(known.amount, 0) as as_known_amount,
        coalesce(final.amount, 0) as as_final_amount
    from known
    full outer join final
        on
            known.facility_key = final.facility_key
            and known.period = final.period
            and known.service_line_key = final.service_line_key
            and known.patient_class = final.patient_class
            and known.cost_measure = final.cost_measure
),

currencies as (
    select
        facility_key,
        min(currency_code) as currency_code
    from {{ ref('int_cost__department') }}
    group by facility_key
)

select
    together.facility_key,
    together.period,
    together.service_line_key,
    line.service_line_name,
    line.service_line_group,
    together.patient_class,
    together.cost_measure,
    cast(together.as_known_amount as decimal(18, 2)) as as_known_amount,
    cast(together.as_final_amount as decimal(18, 2)) as as_final_amount,
    cast(together.as_final_amount - together.as_known_amount as decimal(18, 2)) as adjustment_amount,
    case when together.as_final_amount <> together.as_known_amount then open_months.period end as adjustment_period,
    months.closed_as_of_date,
    currencies.currency_code
from together
inner join months on together.facility_key = months.facility_key and together.period = months.period
left join open_months on together.facility_key = open_months.facility_key
left join {{ ref('dim_service_line') }} as line on together.service_line_key = line.service_line_key
left join currencies on together.facility_key = currencies.facility_key
