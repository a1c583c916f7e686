-- One row per tier of a contract and span of time in which it was known so. What the first landed version has was agreed
-- with the contract.
{%- set said = [
    'source_instance', 'contract_number', 'tier_number', 'requirement_type', 'requirement_threshold', 'measure_period'
] %}
with lines as (
    select
        line.*,
        landed.landed_no,
        landed.version_no,
        landed.known_at,
        landed.known_to_at
    from {{ ref('stg_clm__contract_tier_landed') }} as line
    inner join {{ ref('int_clm__landed_version') }} as landed on line.contract_row_key = landed.contract_row_key
),

spans as (
    {{ known_spans('lines', said) }}
)

select
    {{ feed_origin('clm', 'spans.source_instance') }},
    spans.contract_number || '|' || cast(spans.tier_number as {{ dbt.type_string() }}) as source_pk,
    spans.contract_number as contract_source_key,
    spans.tier_number,
    spans.requirement_type,
    spans.requirement_threshold,
    spans.measure_period,
    coalesce(signed.version_no, spans.known_from_version_no) as known_from_version_no,
    coalesce(signed.known_at, spans.known_from_at) as known_from_at,
    spans.known_to_at,
    {{ audit_columns('spans') }}
from spans
left join {{ ref('stg_clm__contract_version') }} as signed
    on
        spans.source_instance = signed.source_instance
        and case when spans.is_from_first_landing then spans.contract_number end = signed.contract_number
        and signed.version_no = 1
