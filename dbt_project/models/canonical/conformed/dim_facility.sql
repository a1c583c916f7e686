-- One row per facility, and the unknown member. A facility may be known to several systems by several codes.
with mapped_facilities as (
    select
        facility_code,
        min(facility_name) as facility_name,
        min(facility_type) as facility_type,
        min(region) as region,
        min(timezone) as timezone
    from {{ ref('map_facility') }}
    group by facility_code
),

final as (
    select
        facility_code as facility_key,
        facility_code,
        facility_name,
        facility_type,
        region,
        timezone
    from mapped_facilities
    union all
    select
        {{ unknown_key() }} as facility_key,
        {{ unknown_key() }} as facility_code,
        cast('Unknown' as {{ dbt.type_string() }}) as facility_name,
        {{ no_text() }} as facility_type,
        {{ no_text() }} as region,
        {{ no_text() }} as timezone
)

select * from final
