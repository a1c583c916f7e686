-- One row per cost center code of a source instance, and the cost center that it stands for. A system that shares another's
-- codes has a row for each of them; what `map_cost_center` says wins over both.
with every_record as (
    {{ united('cost_center') }}
),

mapping as (
    {{ mapping_of_instances('map_cost_center', 'every_record', ['cost_center_code']) }}
),

every_code as (
    select
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
        source_instance,
        cost_center_source_code,
        record_instance
    from {{ ref('int_shared_cost_center_code') }}
)

select
    every_code.source_instance,
    every_code.cost_center_source_code,
    every_code.record_instance,
    case
        when mapping.cost_center_code is not null then {{ surrogate_key(["'cost_center'", 'mapping.cost_center_code']) }}
        else {{ surrogate_key(['every_code.record_instance', 'every_code.cost_center_source_code']) }}
    end as cost_center_key
from every_code
left join mapping
    on
        every_code.record_instance = mapping.source_instance
        and every_code.cost_center_source_code = mapping.source_code
