-- One row per facility, month, measure and subject (a suite, a class of patients, a functional group of items): numerator,
-- denominator and their ratio. What stands for fewer than eleven patients, or for so few beside the rest, is empty.
select
    figure.facility_key,
    figure.period,
    figure.measure_code,
    measure.measure_name,
    measure.measure_unit,
    measure.subject_kind,
    figure.measure_subject,
    figure.is_small_cell,
    case when not figure.is_small_cell then figure.numerator end as numerator,
    case when not figure.is_small_cell then figure.denominator end as denominator,
    case
        when not figure.is_small_cell
            then cast({{ div_exact('figure.numerator', 'figure.denominator', 6) }} as decimal(38, 6))
    end
        as measure_value
from {{ ref('int_utilization__figure') }} as figure
inner join {{ ref('cfg_utilization_measure') }} as measure on figure.measure_code = measure.measure_code
