-- One row per item number of a source instance, and the golden item that it stands for. An item that mastering has not
-- seen yet is a golden item of its own, so that no document waits for it. A system that shares another's numbers has a row
-- for each of them.
with placed as (
    select
        record.source_system,
        record.source_instance,
        record.source_item_key,
        record.item_code,
        coalesce(mastered.item_key, {{ surrogate_key(['record.source_instance', 'record.source_item_key']) }}) as item_key,
        coalesce(mastered.match_method, 'UNMASTERED') as match_method,
        mastered.match_weight,
        mastered.match_evidence,
        mastered.model_version,
        mastered.matched_at,
        {{ audit_columns('record') }}
    from {{ ref('int_item_record') }} as record
    left join {{ ref('stg_mastering__item_xref') }} as mastered
        on
            record.source_instance = mastered.source_instance
            and record.source_item_key = mastered.source_item_key
),

every_number as (
    select
        source_instance,
        source_item_key,
        source_instance as record_instance,
        source_item_key as record_item_key
    from placed
    union all
    select
        source_instance,
        source_item_key,
        record_instance,
        record_item_key
    from {{ ref('int_shared_item_number') }}
)

select
    {{ surrogate_key(['every_number.source_instance', 'every_number.source_item_key']) }} as xref_item_key,
    every_number.source_instance,
    every_number.source_item_key,
    every_number.record_instance,
    every_number.record_item_key,
    placed.source_system,
    placed.item_code,
    placed.item_key,
    placed.match_method,
    placed.match_weight,
    placed.match_evidence,
    placed.model_version,
    placed.matched_at,
    {{ audit_columns('placed') }}
from every_number
inner join placed
    on
        every_number.record_instance = placed.source_instance
        and every_number.record_item_key = placed.source_item_key
