-- One row per facility, tier and days on which it may buy under a contract, and span of time in which it was known so.
{%- set said = [
    'source_instance', 'contract_number', 'facility_gln', 'tier_number', 'eligible_from_date', 'eligible_to_date'
] %}
with lines as (
    select
        line.*,
        landed.landed_no,
        landed.version_no,
        landed.known_at,
        landed.known_to_at
    from {{ ref('stg_clm__contract_eligibility_landed') }} as line
    inner join {{ ref('int_clm__landed_version') }} as landed on line.contract_row_key = landed.contract_row_key
),

spans as (
    {{ known_spans('lines', said) }}
)

select
    {{ feed_origin('clm', 'spans.source_instance') }},
    {{ source_key(['spans.contract_number', 'spans.facility_gln', 'spans.eligible_from_date']) }} as source_pk,
    spans.contract_number as contract_source_key,
    spans.facility_gln as facility_source_code,
    spans.tier_number,
    spans.eligible_from_date as valid_from_date,
    {{ day_after_last('spans.eligible_to_date') }} as valid_to_date,
    coalesce(listed.version_no, spans.known_from_version_no) as known_from_version_no,
    coalesce(listed.known_at, spans.known_from_at) as known_from_at,
    spans.known_to_at,
    {{ audit_columns('spans') }}
from spans
left join {{ ref('int_clm__listed_version') }} as listed
    on
        spans.source_instance = listed.source_instance
        and case when spans.is_from_first_landing then spans.contract_number end = listed.contract_number
        and spans.eligible_from_date >= listed.from_date
        and spans.eligible_from_date < listed.to_date
