-- One row per payment of Tryton and the invoice that it pays: a payment pays one ledger line, and that is an invoice's.
select
    {{ feed_origin('tryton', 'payment.source_instance') }},
    payment.payment_id as source_pk,
    payment.payment_id as payment_source_pk,
    move.invoice_id as invoice_source_key,
    payment.payment_date as applied_date,
    payment.amount as applied_amount,
    cast(0 as decimal(18, 2)) as discount_taken_amount,
    payment.currency_code,
    {{ audit_columns('payment') }}
from {{ ref('stg_tryton__payment') }} as payment
inner join {{ ref('stg_tryton__account_move_line') }} as move_line
    on
        payment.source_instance = move_line.source_instance
        and payment.move_line_id = move_line.account_move_line_id
inner join {{ ref('stg_tryton__account_move') }} as move
    on move_line.source_instance = move.source_instance and move_line.account_move_id = move.account_move_id
where payment.payment_kind = 'payable' and move.invoice_id is not null
