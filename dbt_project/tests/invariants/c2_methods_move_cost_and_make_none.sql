-- C2: what a method of allocation moves between the service lines of a facility and month sums to nothing, and the method in use
-- moves nothing.
select
    facility_key,
    period,
    sum(direct_moved_amount) as direct_moved_amount,
    sum(step_down_moved_amount) as step_down_moved_amount,
    sum(reciprocal_moved_amount) as reciprocal_moved_amount
from {{ ref('mart_allocation_comparison') }}
group by facility_key, period
having sum(direct_moved_amount) <> 0 or sum(step_down_moved_amount) <> 0 or sum(reciprocal_moved_amount) <> 0
