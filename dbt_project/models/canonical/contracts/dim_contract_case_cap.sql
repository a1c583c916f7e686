-- One row per cap of a contract on what all implants of a kind may cost together in one case of a procedure at a facility
-- (construct pricing), and span of time in which it was known so. Both times are half-open.
with caps as (
    {{ united('contract_case_cap') }}
)

select
    {{ surrogate_key(['cap.source_instance', 'cap.source_pk', 'cap.known_from_version_no']) }} as contract_case_cap_key,
    {{ surrogate_key(['cap.source_instance', 'cap.contract_source_key']) }} as contract_key,
    cap.cap_number,
    coalesce(facility.facility_code, {{ unknown_key() }}) as facility_key,
    cap.facility_source_code,
    cap.procedure_code_system,
    cap.procedure_code_prefix,
    coalesce(functional.functional_group, {{ unknown_key() }}) as functional_group,
    cap.source_category,
    cap.cap_amount,
    cap.currency_code,
    cap.valid_from_date,
    cap.valid_to_date,
    cap.known_from_version_no,
    cap.known_from_at,
    cap.known_to_at,
    cap.known_to_at = {{ no_end_at() }} as is_current,
    cap.source_system,
    cap.source_instance,
    cap.source_pk,
    {{ audit_columns('cap') }}
from caps as cap
left join {{ ref('map_facility') }} as facility
    on cap.source_system = facility.source_system and cap.facility_source_code = facility.source_code
left join {{ ref('map_functional_group') }} as functional on cap.source_category = functional.source_category_name
