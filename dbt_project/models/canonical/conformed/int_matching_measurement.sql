-- One row per measurement of mastering's accuracy, slice and measure, with its share.
select
    measurement.*,
    cast({{ div_exact('measurement.numerator', 'measurement.denominator', scale=6) }} as decimal(18, 6)) as share
from {{ ref('stg_mastering__accuracy') }} as measurement
