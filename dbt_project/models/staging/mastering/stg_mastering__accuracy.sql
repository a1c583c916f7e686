-- One row per measurement of mastering's accuracy, slice and measure.
select
    measured_at,
    record_kind,
    label_set,
    slice_kind,
    slice as slice_name,
    measure as measure_name,
    numerator,
    denominator
from {{ source('mastering', 'accuracy') }}
