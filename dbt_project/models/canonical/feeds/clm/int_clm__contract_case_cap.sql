-- One row per cap of a contract (facility, procedures, kind of implants and the days on which it holds), and span of time in
-- which it was known so.
{%- set said = [
    'source_instance', 'contract_number', 'cap_number', 'facility_gln', 'procedure_code_system', 'procedure_code_prefix',
    'item_category', 'cap_amount', 'currency_code', 'valid_from_date', 'valid_to_date'
] %}
with lines as (
    select
        line.*,
        landed.landed_no,
        landed.version_no,
        landed.known_at,
        landed.known_to_at
    from {{ ref('stg_clm__contract_case_cap_landed') }} as line
    inner join {{ ref('int_clm__landed_version') }} as landed on line.contract_row_key = landed.contract_row_key
),

spans as (
    {{ known_spans('lines', said) }}
)

select
    {{ feed_origin('clm', 'spans.source_instance') }},
    spans.contract_number || '|' || cast(spans.cap_number as {{ dbt.type_string() }}) as source_pk,
    spans.contract_number as contract_source_key,
    spans.cap_number,
    spans.facility_gln as facility_source_code,
    spans.procedure_code_system,
    spans.procedure_code_prefix,
    spans.item_category as source_category,
    spans.cap_amount,
    spans.currency_code,
    spans.valid_from_date,
    {{ day_after_last('spans.valid_to_date') }} as valid_to_date,
    coalesce(listed.version_no, spans.known_from_version_no) as known_from_version_no,
    coalesce(listed.known_at, spans.known_from_at) as known_from_at,
    spans.known_to_at,
    {{ audit_columns('spans') }}
from spans
left join {{ ref('int_clm__listed_version') }} as listed
    on
        spans.source_instance = listed.source_instance
        and case when spans.is_from_first_landing then spans.contract_number end = listed.contract_number
        and spans.valid_from_date >= listed.from_date
        and spans.valid_from_date < listed.to_date
