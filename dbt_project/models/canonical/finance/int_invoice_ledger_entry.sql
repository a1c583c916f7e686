-- One row per supplier invoice and ledger entry that posts it or takes its own posting back: as Tryton's invoices name their
-- entries, and as the entries of other ledgers name their invoices.
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
union all
select distinct
    invoice_key,
    source_instance,
    journal_entry_key
from {{ ref('fct_gl_line') }}
where
    invoice_key is not null
    and source_instance not in (select invoice.source_instance from {{ ref('int_tryton__supplier_invoice') }} as invoice)
