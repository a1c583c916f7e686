-- One row per supplier invoice and ledger entry that posts it or takes its own posting back.
select
    invoice_key,
    source_instance,
    {{ reference_key('source_instance', 'move_id') }} as journal_entry_key
from {{ ref('int_tryton__supplier_invoice') }}
where move_id is not null
union all
select
    invoice.invoice_key,
    invoice.source_instance,
    {{ reference_key('invoice.source_instance', 'invoice.cancel_move_id') }} as journal_entry_key
from {{ ref('int_tryton__supplier_invoice') }} as invoice
where invoice.cancel_move_id is not null and invoice.invoice_status = 'VOID'
