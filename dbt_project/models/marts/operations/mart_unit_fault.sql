-- One row per item of a source system and unit whose factor is wrong or disputed: what the record states, what the evidence
-- says, and which of the two is used. The record itself is mended in its own system.
select
    verdict.source_system,
    verdict.source_instance,
    verdict.source_item_key,
    record.item_code,
    record.item_description,
    verdict.item_key,
    verdict.source_uom_code,
    verdict.uom_code,
    verdict.verdict,
    verdict.is_wrong,
    verdict.stated_num,
    verdict.stated_den,
    verdict.qty_num as used_num,
    verdict.qty_den as used_den,
    verdict.document_lines,
    verdict.document_num,
    verdict.document_den,
    verdict.peer_count,
    verdict.peer_num,
    verdict.peer_den
from {{ ref('int_item_unit_verdict') }} as verdict
inner join {{ ref('int_item_record') }} as record
    on verdict.source_instance = record.source_instance and verdict.source_item_key = record.source_item_key
where verdict.is_wrong or verdict.verdict = 'DISPUTED'
