-- One row per measurement of how right the matching of items or suppliers is, slice (all, a family, two sources) and measure:
-- kept over time, so that a change of rules shows.
select
    measured_at,
    record_kind,
    label_set,
    slice_kind,
    slice_name,
    measure_name,
    numerator,
    denominator,
    share
from {{ ref('int_matching_measurement') }}
