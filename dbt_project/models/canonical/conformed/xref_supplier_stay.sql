-- One row per supplier of a source system and span of time in which mastering held it for the same golden supplier:
-- `xref_supplier` as it was. A merge or split ends a stay and begins another; a golden supplier that has ended since is here
-- under its own key.
select
    {{ surrogate_key(['stay.source_instance', 'stay.source_supplier_key', 'stay.run_id']) }} as xref_supplier_stay_key,
    stay.source_system,
    stay.source_instance,
    stay.source_supplier_key,
    stay.supplier_key,
    stay.match_method,
    stay.match_weight,
    stay.match_evidence,
    stay.model_version,
    stay.valid_from_at,
    stay.valid_to_at,
    stay.valid_to_at = {{ no_end_at() }} as is_current
from {{ ref('stg_mastering__supplier_stay') }} as stay
