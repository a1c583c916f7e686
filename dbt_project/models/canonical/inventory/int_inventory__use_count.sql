-- One row per whole number from 0 to 400, with the logarithm of its factorial: the terms of a Poisson distribution.
with numbers as (
    select cast(series.use_count as integer) as use_count
    from generate_series(0, 400) as series (use_count)
)

select
    use_count,
    sum(ln(cast(greatest(use_count, 1) as double precision))) over (order by use_count) as ln_factorial
from numbers
