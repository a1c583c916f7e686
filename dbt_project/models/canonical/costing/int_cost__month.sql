-- One row per facility and month of its books: its currency, and from when until when it is on its own clock.
select
    facility_key,
    period,
    min(currency_code) as currency_code,
    cast(cast(period || '-01' as date) as timestamp) as begins_at,
    cast({{ dbt.dateadd('month', 1, "cast(period || '-01' as date)") }} as timestamp) as ends_at
from {{ ref('int_cost__department') }}
group by facility_key, period
