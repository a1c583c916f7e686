-- One row per account that documents of Oracle are charged to. Its ledger comes in the finance files.
{{ accounts_in_use('oracle_fusion', [
    ('purchase_order_distribution', 'account_code'),
    ('invoice_line', 'account_code'),
]) }}
