-- One row per cost center code of a source instance, and the cost center that it stands for. A system that shares another's
-- codes has a row for each of them; what `map_cost_center` says wins over both.
with every_record as (
    {{ united('cost_center') }}
),

every_code as (
    select
        record.source_system,
        record.source_instance,
        record.cost_center_source_code,
        record.source_instance as record_instance
    from every_record as record
    left join {{ ref('int_shared_cost_center_code') }} as shared
        on
            record.source_instance = shared.source_instance
            and record.cost_center_source_code = shared.cost_center_source_code
    where shared.cost_center_source_code is null
    union all
    select
        {{ no_text() }} as source_system,
        source_instance,
        cost_center_source_code,
        record_instance
    from {{ ref('int_shared_cost_center_code') }}
)

select
    every_code.source_instance,
    every_code.cost_center_source_code,
    every_code.record_instance,
    coalesce(
        mapping.cost_center_code, {{ surrogate_key(['every_code.record_instance', 'every_code.cost_center_source_code']) }}
    ) as cost_center_key
from every_code
left join {{ ref('map_cost_center') }} as mapping
    on
        every_code.source_system = mapping.source_system
        and every_code.source_instance = mapping.source_instance
        and every_code.cost_center_source_code = mapping.source_code
