-- One row per coding of a visit that was landed, the latest included: a visit that is coded again keeps what it was before.
with landed_versions as (
    {{ every_version(source('raw_revenue_cycle', 'coded_abstract')) }}
),

placed_versions as (
    select
        landed_versions.*,
        place.time_zone
    from landed_versions
    left join {{ ref('map_facility_time_zone') }} as place
        on place.source_system = 'revenue_cycle' and landed_versions.facility = place.source_code
)

select
    encounter_key,
    cast(version as integer) as coding_version,
    {{ utc_of_wall_clock('coded_local_at', 'time_zone') }} as coded_at,
    {{ text_value('ms_drg') }} as ms_drg,
    cast(drg_weight as decimal(9, 4)) as drg_weight,
    {{ text_value('grouper_version') }} as grouper_version,
    {{ record_columns() }}
from placed_versions
