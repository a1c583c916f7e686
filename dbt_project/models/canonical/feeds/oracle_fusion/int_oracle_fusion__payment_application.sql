-- One row per invoice that a payment of Oracle pays.
select
    {{ feed_origin('oracle_fusion', 'application.source_instance') }},
    application.payment_invoice_id as source_pk,
    application.payment_id as payment_source_pk,
    application.invoice_id as invoice_source_key,
    application.accounting_date as applied_date,
    application.amount_paid as applied_amount,
    cast(0 as decimal(18, 2)) as discount_taken_amount,
    payment.currency_code,
    {{ audit_columns('application') }}
from {{ ref('stg_oracle_fusion__payment_invoice') }} as application
inner join {{ ref('stg_oracle_fusion__payment') }} as payment
    on application.source_instance = payment.source_instance and application.payment_id = payment.payment_id
