-- One row per cap on the implants of a case of a landed version of a contract.
with landed_lines as (
    {{ current_children(source('raw_clm', 'contract_case_cap'), ref('stg_clm__contract_landed')) }}
)

select
    _parent_row_key as contract_row_key,
    contract_number,
    cap_number,
    facility_gln,
    procedure_code_system,
    procedure_code_prefix,
    item_category,
    cap_amount,
    currency as currency_code,
    valid_from as valid_from_date,
    valid_to as valid_to_date,
    {{ child_record_columns() }}
from landed_lines
