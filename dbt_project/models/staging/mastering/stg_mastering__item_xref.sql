-- One row per item of a source system that mastering has placed: the golden item that it is today, and why.
select
    source_system,
    source_instance,
    source_key as source_item_key,
    golden_key as item_key,
    method as match_method,
    cast(weight as decimal(18, 4)) as match_weight,
    evidence as match_evidence,
    model_version,
    valid_from as matched_at
from {{ source('mastering', 'item_xref') }}
where valid_to >= cast('9999-12-31' as timestamp)
