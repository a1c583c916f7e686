-- One row per whole number from 0 to 400, with the logarithm of its factorial: the terms of a Poisson distribution.
with numbers as (
    select cast(series.use_count as integer) as use_count
    from generate_series(0, 400) as series (use_count)
)

select
    use_count,
    cast(sum(ln(greatest(use_count, 1))) over (order by use_count) as decimal(18, 9)) as ln_factorial
from numbers
