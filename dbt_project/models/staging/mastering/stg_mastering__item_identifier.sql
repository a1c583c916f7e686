-- One row per identifier of an item of a source system as it was given: what it is in its normal form, or why it is none.
select
    source_system,
    source_instance,
    source_key as source_item_key,
    given_kind,
    given_value,
    unit_code as source_uom_code,
    kind as identifier_kind,
    value as identifier_value,
    level as packaging_level,
    agency as issuing_agency,
    fault as fault_code,
    detail as fault_detail
from {{ source('mastering', 'item_identifier') }}
