-- One row per reason why overhead of a facility and month cannot be allocated by a method.
select
    allocation_method,
    facility_key,
    period,
    fault
from {{ source('costing', 'allocation_fault') }}
