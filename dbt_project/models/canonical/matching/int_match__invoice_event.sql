{{ config(unit=['partition_key']) }}
-- One row per live invoice line that moves a billed quantity of an order line; documents that repeat another do not.
select
    line.po_line_key as partition_key,
    line.invoice_line_key as event_key,
    line.posting_date as event_date,
    line.source_pk as event_pk,
    line.match_qty as qty,
    line.credited_invoice_line_key as reverses_key,
    line.match_way
from {{ ref('int_match__line_context') }} as line
left join {{ ref('int_match__duplicate_document') }} as duplicate on line.invoice_key = duplicate.invoice_key
where line.match_qty <> 0 and duplicate.invoice_key is null
