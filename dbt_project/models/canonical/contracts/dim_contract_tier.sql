-- One row per tier of a contract and span of time in which it was known so: what a facility must buy to be on it.
with tiers as (
    {{ united('contract_tier') }}
)

select
    {{ surrogate_key(['tier.source_instance', 'tier.source_pk', 'tier.known_from_version_no']) }} as contract_tier_key,
    {{ surrogate_key(['tier.source_instance', 'tier.contract_source_key']) }} as contract_key,
    tier.tier_number,
    tier.requirement_type,
    tier.requirement_threshold,
    tier.measure_period,
    tier.known_from_version_no,
    tier.known_from_at,
    tier.known_to_at,
    tier.known_to_at = {{ no_end_at() }} as is_current,
    tier.source_system,
    tier.source_instance,
    tier.source_pk,
    {{ audit_columns('tier') }}
from tiers as tier
