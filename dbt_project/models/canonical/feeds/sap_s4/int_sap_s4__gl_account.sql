-- One row per account that the journal and the documents of SAP name. The chart of accounts itself is not read.
{{ accounts_in_use('sap_s4', [
    ('journal_item', 'gl_account_number'),
    ('requisition_account_assignment', 'gl_account_number'),
    ('purchase_order_account_assignment', 'gl_account_number'),
    ('supplier_invoice_gl_item', 'gl_account_number'),
    ('supplier_invoice_item_account_assignment', 'gl_account_number'),
]) }}
