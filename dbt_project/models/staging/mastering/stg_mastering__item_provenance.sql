-- One row per golden item and attribute that has a value: on whose word.
select
    golden_key as item_key,
    attribute as attribute_name,
    value as attribute_value,
    record_key as said_by_record,
    source as source_kind,
    rule as survival_rule
from {{ source('mastering', 'item_provenance') }}
