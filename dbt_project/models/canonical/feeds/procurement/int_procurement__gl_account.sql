-- One row per account that orders and invoices of the procurement system are charged to. Requisitions are not asked: where
-- they name one number only, it may be a cost center's.
{{ accounts_in_use('procurement', [
    ('purchase_order_line', 'account_code'),
    ('invoice_line', 'account_code'),
]) }}
