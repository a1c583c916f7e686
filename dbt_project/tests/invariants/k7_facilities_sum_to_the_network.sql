-- K7: of every key figure, month and currency the numerators and denominators of the facilities are those of the whole network.
with sums as (
    select
        kpi_code,
        period,
        currency_code,
        sum(case when is_whole_network then -numerator else numerator end) as numerator_difference,
        sum(case when is_whole_network then -denominator else denominator end) as denominator_difference
    from {{ ref('mart_exec_kpi') }}
    group by kpi_code, period, currency_code
)

select *
from sums
where numerator_difference <> 0 or denominator_difference <> 0
