-- One row per item of a source system and stay at a golden item, the present one included.
select
    source_system,
    source_instance,
    source_key as source_item_key,
    golden_key as item_key,
    method as match_method,
    cast(weight as decimal(18, 4)) as match_weight,
    evidence as match_evidence,
    model_version,
    run_id,
    valid_from as valid_from_at,
    valid_to as valid_to_at
from {{ source('mastering', 'item_xref') }}
