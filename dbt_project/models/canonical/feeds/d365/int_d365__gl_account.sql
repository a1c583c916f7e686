-- One row per account that the ledger and the documents of Dynamics name. Its chart of accounts is not read.
{{ accounts_in_use('d365', [
    ('ledger_entry', 'account_code'),
    ('purchase_order_line', 'account_code'),
    ('vendor_invoice_line', 'account_code'),
]) }}
