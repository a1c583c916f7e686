-- One row per facility and days on which it may buy under a contract on one tier, and span of time in which it was known so.
-- Both times are half-open: on the day of a change the new tier holds.
with eligibility as (
    {{ united('contract_eligibility') }}
)

select
    {{ surrogate_key(['line.source_instance', 'line.source_pk', 'line.known_from_version_no']) }}
        as contract_eligibility_key,
    {{ surrogate_key(['line.source_instance', 'line.contract_source_key']) }} as contract_key,
    coalesce(facility.facility_code, {{ unknown_key() }}) as facility_key,
    line.facility_source_code,
    line.tier_number,
    line.valid_from_date,
    line.valid_to_date,
    line.known_from_version_no,
    line.known_from_at,
    line.known_to_at,
    line.known_to_at = {{ no_end_at() }} as is_current,
    line.source_system,
    line.source_instance,
    line.source_pk,
    {{ audit_columns('line') }}
from eligibility as line
left join {{ ref('map_facility') }} as facility
    on line.source_system = facility.source_system and line.facility_source_code = facility.source_code
