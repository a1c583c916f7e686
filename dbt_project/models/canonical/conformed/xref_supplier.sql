-- One row per supplier number of a source instance, and the golden supplier that it stands for. A supplier that mastering
-- has not seen yet is a golden supplier of its own. A system that shares another's numbers has a row for each of them.
with placed as (
    select
        record.source_system,
        record.source_instance,
        record.source_supplier_key,
        record.supplier_code,
        coalesce(mastered.supplier_key, {{ surrogate_key(['record.source_instance', 'record.source_supplier_key']) }})
            as supplier_key,
        coalesce(mastered.match_method, 'UNMASTERED') as match_method,
        mastered.match_weight,
        mastered.match_evidence,
        mastered.model_version,
        mastered.matched_at,
        {{ audit_columns('record') }}
    from {{ ref('int_supplier_record') }} as record
    left join {{ ref('stg_mastering__supplier_xref') }} as mastered
        on
            record.source_instance = mastered.source_instance
            and record.source_supplier_key = mastered.source_supplier_key
),

every_number as (
    select
        source_instance,
        source_supplier_key,
        source_instance as record_instance,
        source_supplier_key as record_supplier_key
    from placed
    union all
    select
        source_instance,
        source_supplier_key,
        record_instance,
        record_supplier_key
    from {{ ref('int_shared_supplier_number') }}
)

select
    {{ surrogate_key(['every_number.source_instance', 'every_number.source_supplier_key']) }} as xref_supplier_key,
    every_number.source_instance,
    every_number.source_supplier_key,
    every_number.record_instance,
    every_number.record_supplier_key,
    placed.source_system,
    placed.supplier_code,
    placed.supplier_key,
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
        and every_number.record_supplier_key = placed.source_supplier_key
