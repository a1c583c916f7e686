-- One row per item of a source system and span of time in which mastering held it for the same golden item: `xref_item` as
-- it was. A merge or split ends a stay and begins another; a golden item that has ended since is here under its own key.
select
    {{ surrogate_key(['stay.source_instance', 'stay.source_item_key', 'stay.run_id']) }} as xref_item_stay_key,
    stay.source_system,
    stay.source_instance,
    stay.source_item_key,
    stay.item_key,
    stay.match_method,
    stay.match_weight,
    stay.match_evidence,
    stay.model_version,
    stay.valid_from_at,
    stay.valid_to_at,
    stay.valid_to_at = {{ no_end_at() }} as is_current
from {{ ref('stg_mastering__item_stay') }} as stay
